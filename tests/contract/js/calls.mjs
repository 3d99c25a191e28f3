// @azure/communication-call-automation through every method of its four clients, with an emulated caller on the line.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { CallAutomationClient, parseCallAutomationEvent } from "@azure/communication-call-automation";
import { Count, each } from "./stage.mjs";

const PACKAGE = "@azure/communication-call-automation";
const CALLER = { phoneNumber: "+14255550100" };
const HUMAN = { phoneNumber: "+14255550177" };
const OURS = { phoneNumber: "+14255550199" };
const text = (words) => [{ kind: "textSource", text: words, voiceName: "en-US-AvaNeural" }];

export async function calls(settings, app, admin) {
  const count = new Count();
  for (const name of ["CallAutomationClient", "CallConnection", "CallMedia", "CallRecording"]) count.of(PACKAGE, name);
  const failures = [];
  const client = count.watch(new CallAutomationClient(settings.connectionString), "CallAutomationClient");
  const callback = `${app.url}/callback`;
  await admin.ask("PUT", "/emulator/subscription", { endpoint: `${app.url}/events` });

  const ring = async (order = {}) => {
    await admin.ask("POST", "/emulator/calls", { hang_up_after: false, ...order });
    return (await app.event("IncomingCall")).data.incomingCallContext;
  };
  const media = { transportUrl: app.mediaUrl, transportType: "websocket", contentType: "audio", audioChannelType: "mixed" };
  let call, connection, mediaClient, context;
  const told = async (kind) => parseCallAutomationEvent(JSON.stringify([await app.callback(kind)]));

  await each(
    {
      identity: async () => client.getSourceIdentity(),
      reject: async () => client.rejectCall(await ring(), { callRejectReason: "busy" }),
      redirect: async () => client.redirectCall(await ring(), { targetParticipant: HUMAN, sourceCallIdNumber: OURS }),
      answer: async () => {
        context = await ring({ human: "no_answer", ring_ms: 20_000 });
        const answered = await client.answerCall(context, callback, {
          operationContext: "answer",
          callIntelligenceOptions: { cognitiveServicesEndpoint: "https://cognitive.example" },
          mediaStreamingOptions: { ...media, startMediaStreaming: false, enableBidirectional: true, audioFormat: "Pcm24KMono" },
          transcriptionOptions: { ...media, locale: "en-US", startTranscription: false },
        });
        await told("CallConnected");
        const id = answered.callConnectionProperties.callConnectionId;
        call = client.getCallConnection(id);
        connection = count.watch(call, "CallConnection");
        mediaClient = count.watch(connection.getCallMedia(), "CallMedia");
      },
      properties: async () => {
        const seen = await connection.getCallConnectionProperties();
        if (seen.callConnectionState !== "connected") throw new Error(`the call is ${seen.callConnectionState}`);
      },
      participants: async () => {
        const { values } = await connection.listParticipants();
        if (values.length !== 2) throw new Error(`${values.length} participants`);
        await connection.getParticipant(CALLER);
        await connection.muteParticipant(values.map((one) => one.identifier).find((one) => one.communicationUserId));
      },
      add: async () => {
        const invite = {
          targetParticipant: HUMAN,
          sourceCallIdNumber: OURS,
          customCallingContext: [{ kind: "sipx", key: "order", value: "4271" }],
        };
        const added = await connection.addParticipant(invite, { operationContext: "help" });
        await connection.cancelAddParticipantOperation(added.invitationId);
        await told("CancelAddParticipantSucceeded");
      },
      play: async () => {
        await mediaClient.playToAll(text("Hi."));
        await told("PlayCompleted");
        await mediaClient.play(text("Just you."), [CALLER], { loop: false });
        await told("PlayCompleted");
        await mediaClient.playToAll([{ kind: "ssmlSource", ssmlText: '<speak version="1.0"><voice name="x">Hi.</voice></speak>' }]);
        await told("PlayCompleted");
      },
      recognize: async () => {
        const kinds = [
          { kind: "callMediaRecognizeDtmfOptions", maxTonesToCollect: 3, stopDtmfTones: ["pound"] },
          { kind: "callMediaRecognizeSpeechOptions", endSilenceTimeoutInSeconds: 1 },
          { kind: "callMediaRecognizeSpeechOrDtmfOptions", maxTonesToCollect: 2 },
          { kind: "callMediaRecognizeChoiceOptions", choices: [{ label: "yes", phrases: ["yes"], tone: "one" }] },
        ];
        for (const kind of kinds) {
          await mediaClient.startRecognizing(CALLER, { ...kind, playPrompt: text("Well?")[0], initialSilenceTimeoutInSeconds: 10 });
          await mediaClient.cancelAllOperations();
          await told("RecognizeCanceled");
        }
      },
      hold: async () => {
        await mediaClient.hold(CALLER, { playSource: text("La la.")[0] });
        if (!(await connection.getParticipant(CALLER)).isOnHold) throw new Error("nobody is on hold");
        await mediaClient.unhold(CALLER);
      },
      keys: async () => {
        await mediaClient.startContinuousDtmfRecognition(CALLER, { operationContext: "keys" });
        await mediaClient.stopContinuousDtmfRecognition(CALLER, { operationContext: "keys" });
        await told("ContinuousDtmfRecognitionStopped");
        await mediaClient.sendDtmfTones(["one", "pound"], CALLER);
        await told("SendDtmfTonesCompleted");
      },
      streams: async () => {
        await mediaClient.startMediaStreaming();
        await told("MediaStreamingStarted");
        await app.until(app.frames, (frame) => frame.kind === "AudioMetadata", { what: "AudioMetadata" });
        await mediaClient.stopMediaStreaming();
        await told("MediaStreamingStopped");
        await mediaClient.startTranscription({ locale: "en-GB" });
        await told("TranscriptionStarted");
        await mediaClient.updateTranscription("de-DE");
        await told("TranscriptionUpdated");
        await mediaClient.stopTranscription();
        await told("TranscriptionStopped");
      },
      recording: async () => {
        const recordings = count.watch(client.getCallRecording(), "CallRecording");
        const { serverCallId } = await connection.getCallConnectionProperties();
        const begun = await recordings.start({
          callLocator: { id: serverCallId, kind: "serverCallLocator" },
          recordingStateCallbackEndpointUrl: callback,
          recordingContent: "audio",
          recordingChannel: "mixed",
          recordingFormat: "wav",
        });
        await recordings.pause(begun.recordingId);
        await recordings.resume(begun.recordingId);
        await recordings.getState(begun.recordingId);
        await recordings.stop(begun.recordingId);
        const { recordingStorageInfo } = (await app.event("RecordingFileStatusUpdated")).data;
        const { contentLocation, deleteLocation } = recordingStorageInfo.recordingChunks[0];
        await download(recordings, contentLocation);
        await recordings.delete(deleteLocation);
      },
      group: async () => {
        const created = await client.createCall({ targetParticipant: HUMAN, sourceCallIdNumber: OURS }, `${app.url}/second`);
        await app.until(app.callbacks, (event) => event.to === "/second" && event.type.endsWith("CallConnected"), { take: true });
        await connection.moveParticipants([HUMAN], created.callConnectionProperties.callConnectionId);
        await told("MoveParticipantSucceeded");
        await connection.removeParticipant(HUMAN);
        await told("RemoveParticipantSucceeded");
        const { serverCallId } = await connection.getCallConnectionProperties();
        const joined = await client.connectCall({ id: serverCallId, kind: "serverCallLocator" }, `${app.url}/third`);
        await app.until(app.callbacks, (event) => event.to === "/third" && event.type.endsWith("CallConnected"), { take: true });
        await joined.callConnection.hangUp(false);
        const group = await client.createGroupCall([HUMAN, { phoneNumber: "+14255550178" }], `${app.url}/fourth`, {
          sourceCallIdNumber: OURS,
        });
        await app.until(app.callbacks, (event) => event.to === "/fourth" && event.type.endsWith("CallConnected"), { take: true });
        await group.callConnection.hangUp(true);
      },
      transfer: async () => {
        await connection.transferCallToParticipant({ phoneNumber: "+14255550179" }, { sourceCallIdNumber: OURS });
        await connection.hangUp(true);
      },
    },
    failures,
  );
  return count.result(failures);
}

async function download(recordings, location) {
  const folder = mkdtempSync(path.join(tmpdir(), "recording-"));
  try {
    const file = path.join(folder, "call.wav");
    await recordings.downloadToPath(location, file);
    const whole = readFileSync(file);
    if (whole.subarray(0, 4).toString() !== "RIFF") throw new Error("the recording is not a WAV file");
    const part = await recordings.downloadStreaming(location, { offset: 8, length: 4 });
    let seen = "";
    for await (const piece of part) seen += piece;
    if (seen !== "WAVE") throw new Error(`a range of the recording is ${JSON.stringify(seen)}`);
    const stream = new PassThrough();
    stream.resume();
    await recordings.downloadToStream(location, stream);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
