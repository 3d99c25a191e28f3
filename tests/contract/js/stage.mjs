// What every part needs: an app that takes events, callbacks and media sockets; the emulator's own addresses; and a count of
// which public methods of a client were seen to succeed.

import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { WebSocketServer } from "ws";

const require = createRequire(import.meta.url);
const PATIENCE_MS = 30_000;

/** The public methods of a class, read from the package's own type declarations, so that a new one is noticed. */
export function publicMethods(packageName, className) {
  const entry = require.resolve(packageName).replace(/dist[\\/].*$/, "");
  for (const file of declarations(path.join(entry, "dist", "esm"))) {
    const text = readFileSync(file, "utf8");
    const start = text.search(new RegExp(`export declare class ${className}\\b`));
    if (start < 0) continue;
    const body = text.slice(start, text.indexOf("\n}", start));
    const found = [...body.matchAll(/^ {4}(?!private |protected |constructor|readonly |get |set )(?:async )?(\w+)[(<]/gm)];
    return [...new Set(found.map((match) => match[1]))].sort();
  }
  throw new Error(`${packageName} declares no class ${className}`);
}

function* declarations(folder) {
  const { readdirSync } = require("node:fs");
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "generated") yield* declarations(place);
    else if (entry.name.endsWith(".d.ts")) yield place;
  }
}

/** Counts what succeeded: a method whose promise was kept, or whose pages were all read. */
export class Count {
  constructor() {
    this.wanted = new Set();
    this.covered = new Set();
  }

  of(packageName, className) {
    for (const name of publicMethods(packageName, className)) this.wanted.add(`${className}.${name}`);
  }

  watch(target, className) {
    const count = this;
    return new Proxy(target, {
      get(object, name) {
        const found = Reflect.get(object, name, object);
        if (typeof found !== "function") return found;
        return (...given) => {
          const answer = found.apply(object, given);
          const done = () => count.covered.add(`${className}.${String(name)}`);
          if (answer && typeof answer.then === "function") return answer.then((value) => (done(), value));
          if (answer && answer[Symbol.asyncIterator]) return pages(answer, done);
          done();
          return answer;
        };
      },
    });
  }

  result(failures) {
    const missing = [...this.wanted].filter((name) => !this.covered.has(name)).sort();
    const covered = [...this.wanted].length - missing.length;
    return { covered, total: this.wanted.size, missing, failures };
  }
}

async function* pages(iterator, done) {
  for await (const one of iterator) yield one;
  done();
}

/** The app: an HTTP server that remembers what it is told, and takes every media socket. */
export class App {
  constructor() {
    this.events = [];
    this.callbacks = [];
    this.frames = [];
    this.waiting = [];
    this.server = http.createServer((request, response) => this.answer(request, response));
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on("connection", (socket) => {
      socket.on("message", (frame) => this.note(this.frames, JSON.parse(frame.toString())));
    });
  }

  async listen() {
    await new Promise((ready) => this.server.listen(0, "127.0.0.1", ready));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    this.mediaUrl = this.url.replace("http", "ws") + "/media";
  }

  close() {
    this.sockets.clients.forEach((socket) => socket.terminate());
    this.server.closeAllConnections();
    this.server.close();
  }

  async answer(request, response) {
    let body = "";
    for await (const piece of request) body += piece;
    const events = body ? [JSON.parse(body)].flat() : [];
    response.setHeader("content-type", "application/json");
    const validation = events.find((event) => String(event.eventType).includes("SubscriptionValidation"));
    response.end(JSON.stringify(validation ? { validationResponse: validation.data.validationCode } : {}));
    if (validation) return;
    for (const event of events) this.note(request.url === "/events" ? this.events : this.callbacks, { ...event, to: request.url });
  }

  note(list, thing) {
    list.push(thing);
    this.waiting.splice(0).forEach((look) => look());
  }

  /** The first thing of a list that fits, waited for; taken out with `take`. */
  async until(list, fits, { take = false, what = "something" } = {}) {
    const ends = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = list.findIndex(fits);
      if (found >= 0) return take ? list.splice(found, 1)[0] : list[found];
      if (Date.now() > ends) throw new Error(`${what} did not come within ${PATIENCE_MS / 1000} s`);
      await new Promise((look) => {
        const timer = setTimeout(look, 200);
        this.waiting.push(() => (clearTimeout(timer), look()));
      });
    }
  }

  event(kind) {
    return this.until(this.events, (event) => event.eventType === `Microsoft.Communication.${kind}`, { take: true, what: kind });
  }

  callback(kind) {
    return this.until(this.callbacks, (event) => event.type === `Microsoft.Communication.${kind}`, { take: true, what: kind });
  }
}

/** The emulator's own addresses. */
export class Admin {
  constructor(url) {
    this.url = url;
  }

  async ask(method, place, body) {
    const answer = await fetch(this.url + place, {
      method,
      body: body && JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }
}

/** Runs steps by name; one that fails is told and does not stop those that can go on without it. */
export async function each(steps, failures) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      const sentence = error?.message || JSON.stringify(error);
      failures.push(`${name}: ${sentence}${error?.statusCode ? ` (${error.statusCode})` : ""}`);
    }
  }
}
