"""ONNX Runtime tells nobody that it is used."""

from __future__ import annotations

import os


def hush() -> None:
    """To be called before ONNX Runtime is imported, by ourselves or by a package.

    Since 1.29 it reports sessions and models to its makers from its import on (microsoft/onnxruntime#27379); with this variable
    it makes no uploader, no identity and no file. Who set the variable already has decided.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
