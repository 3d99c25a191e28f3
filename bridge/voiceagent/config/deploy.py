"""The settings of a deployed bridge: how big, how many, how long it may take to leave, and what several of them share."""

from __future__ import annotations

from pydantic import Field

from voiceagent.config.section import Section, env, secret


class SharedSection(Section):
    """What the replicas of one bridge know together; empty: there is one process."""

    redis_url: str = Field(
        "",
        description="redis://… or rediss://… that all replicas of the bridge use; empty: it is the only process",
        json_schema_extra=secret("VOICEAGENT_REDIS_URL", "REDIS_URL"),
    )
    address: str = Field(
        "",
        description="where the other replicas reach this one, HOST:PORT; empty: found out on the way to Redis",
        json_schema_extra=env("VOICEAGENT_REPLICA_ADDRESS"),
    )


class DeploySection(Section):
    """What `voiceagent deploy` makes in cloud.resource_group; a container app by default."""

    app: str = Field(
        "",
        pattern=r"^([a-z][a-z0-9-]{0,28}[a-z0-9])?$",
        description="name of the app, 2 to 30 small letters, digits and dashes; empty: cloud.name",
    )
    image: str = Field(
        "", description="image that holds bridge and agent; empty: built of this project in a registry of its own"
    )
    base_image: str = Field(
        "python:3.11-slim-bookworm", description="what the image is built on; with its @sha256:… a build can be repeated"
    )
    cpu: float = Field(
        1.0, ge=0.25, le=4, multiple_of=0.25, description="processor cores of a replica; its memory is twice as many GiB"
    )
    min_replicas: int = Field(1, ge=1, le=50, description="fewest replicas; a bridge that is away loses calls, so never none")
    max_replicas: int = Field(1, ge=1, le=50, description="most replicas; more than one share their calls' addresses in Redis")
    calls_per_replica: int = Field(20, ge=1, le=500, description="calls at once of a replica; a further caller gets busy")
    scale_at: float = Field(0.6, gt=0, le=1, description="how full replicas are on average when there is to be one more")
    grace_seconds: int = Field(
        600, ge=30, le=3600, description="how long a replica that is to leave may take before it is killed"
    )
    drain_minutes: float = Field(60, ge=0, le=1440, description="how long an old revision is kept for the calls it still has")
    secrets: list[str] = Field(
        default_factory=list, description="further environment names whose values your tools need, kept in the Key Vault"
    )
    variables: dict[str, str] = Field(
        default_factory=dict, description="further environment of the bridge, for everybody to see"
    )
    redis_image: str = Field(
        "redis:7-alpine", description="image of the Redis beside the bridge, when shared.redis_url is empty"
    )
