// Every JavaScript client against the emulators; one line of JSON: {package: {covered, total, missing, failures}}.
// Settings come as JSON in the first argument: {"connectionString", "acs", "voiceLive", "voiceLiveKey"}.

import { calls } from "./calls.mjs";
import { numbers } from "./numbers.mjs";
import { Admin, App } from "./stage.mjs";
import { voice } from "./voice.mjs";

const settings = JSON.parse(process.argv[2]);
const app = new App();
await app.listen();
const admin = new Admin(settings.acs);
const found = {};
try {
  const [first, second, third] = await Promise.all([calls(settings, app, admin), numbers(settings), voice(settings)]);
  found["@azure/communication-call-automation"] = first;
  found["@azure/communication-phone-numbers"] = second;
  found["@azure/ai-voicelive"] = third;
} finally {
  app.close();
}
console.log(JSON.stringify(found));
process.exit(0);
