// @azure/ai-voicelive: every method of its client and session, and every kind of client event that it knows.

import { KnownClientEventType, VoiceLiveClient } from "@azure/ai-voicelive";
import { Count, each } from "./stage.mjs";

const PACKAGE = "@azure/ai-voicelive";
const MODEL = "gpt-realtime";
const PATIENCE_MS = 30_000;

const message = (words) => ({ type: "message", role: "user", content: [{ type: "input_text", text: words }] });

export async function voice(settings) {
  const count = new Count();
  count.of(PACKAGE, "VoiceLiveClient");
  count.of(PACKAGE, "VoiceLiveSession");
  const known = Object.values(KnownClientEventType);
  known.forEach((kind) => count.wanted.add(`event ${kind}`));
  const failures = [];
  const client = count.watch(new VoiceLiveClient(settings.voiceLive, { key: settings.voiceLiveKey }), "VoiceLiveClient");
  const heard = [];
  let look = () => {};
  const handlers = {
    onServerEvent: async (event) => {
      heard.push(event);
      look();
    },
  };
  const until = async (fits, what) => {
    const ends = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = heard.findIndex(fits);
      if (found >= 0) return heard.splice(0, found + 1).at(-1);
      if (Date.now() > ends) throw new Error(`${what} did not come; heard ${heard.map((event) => event.type).join(", ")}`);
      await new Promise((wake) => {
        look = wake;
        setTimeout(wake, 200);
      });
    }
  };
  const server = (kind) => until((event) => event.type === kind, kind);
  let session;

  await each(
    {
      "a session that is started whole": async () => {
        const raw = await client.startSession({ model: MODEL, modalities: ["text", "audio"] }, { sessionHandlers: handlers });
        await server("session.updated");
        await raw.dispose();
      },
      "a session that is connected by hand": async () => {
        heard.length = 0;
        session = count.watch(client.createSession(MODEL), "VoiceLiveSession");
        session.subscribe(handlers);
        await session.connect();
        await server("session.created");
        await session.updateSession({ modalities: ["text", "audio"], instructions: "Help." });
        await server("session.updated");
      },
      "audio and turns": async () => {
        await session.sendAudio(new Uint8Array(4_800));
        const turn = await session.startAudioTurn();
        await session.sendAudio(new Uint8Array(960), { turnId: turn });
        await session.endAudioTurn(turn);
      },
      "a conversation": async () => {
        await session.addConversationItem(message("Hello."));
        await server("conversation.item.created");
      },
    },
    failures,
  );
  if (session) await each(events(session, count, server, known), failures);
  await each(
    {
      "the end": async () => {
        await session.disconnect();
        await session.dispose();
      },
    },
    failures,
  );
  return count.result(failures);
}

/** One step a kind of event: what is sent, and what the service must say to it. */
function events(session, count, server, known) {
  let item;
  const ways = {
    "session.update": [{ session: { instructions: "Help." } }, "session.updated"],
    "input_audio_buffer.append": [{ audio: Buffer.alloc(9_600).toString("base64") }, null],
    "input_audio_buffer.commit": [{}, "input_audio_buffer.committed"],
    "input_audio_buffer.clear": [{}, "input_audio_buffer.cleared"],
    "conversation.item.create": [{ item: message("Where is my order?") }, "conversation.item.created"],
    "conversation.item.retrieve": [() => ({ itemId: item }), "conversation.item.retrieved"],
    "response.create": [{}, "response.done"],
    "response.cancel": [{}, "error"],
    "conversation.item.truncate": [() => ({ itemId: item, contentIndex: 0, audioEndInMs: 0 }), "conversation.item.truncated"],
    "conversation.item.delete": [() => ({ itemId: item }), "conversation.item.deleted"],
  };
  const order = [...Object.keys(ways), ...known.filter((kind) => !(kind in ways))];
  return Object.fromEntries(
    order.map((kind) => [
      `event ${kind}`,
      async () => {
        const [fields, answer] = ways[kind] ?? [{}, undefined];
        await session.sendEvent({ type: kind, ...(typeof fields === "function" ? fields() : fields) });
        if (answer === undefined) await session.sendEvent({ type: "session.update", session: {} });
        const said = answer === null ? null : await server(answer ?? "session.updated");
        if (said?.type === "conversation.item.created") item = said.item.id;
        if (said?.type === "response.done") item = said.response.output?.[0]?.id ?? item;
        count.covered.add(`event ${kind}`);
      },
    ]),
  );
}
