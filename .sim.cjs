"use strict";
var __defProp = Object.defineProperty;
var __name = (target, value) => __defProp(target, "name", { value, configurable: true });

// test/simulation/main.ts
var import_node_util = require("node:util");

// test/simulation/api.ts
var API = "https://api.sim";
var FILES = "https://files.sim";
var Api = class {
  constructor(world, settings) {
    this.world = world;
    this.settings = settings;
  }
  world;
  static {
    __name(this, "Api");
  }
  charges = [];
  settings;
  storm;
  /** Weather: storms of 429 and 503, and limits that change. */
  change() {
    const { world } = this;
    const ms = 1e3 + world.below(6e4);
    if (world.chance(0.6)) {
      this.storm = {
        until: world.now + ms,
        status: world.pick([429, 503]),
        retryAfterS: world.pick([void 0, void 0, 1, 5, 90])
      };
      world.log(() => `api    storm of ${this.storm?.status} for ${ms} ms`);
    } else {
      this.settings = { ...this.settings, limit: 1 + world.below(8) };
      world.log(() => `api    limit is ${this.settings.limit}`);
    }
  }
  /** A create request arrives. */
  create(origin, kind, images) {
    const { world } = this;
    const latency = 5 + world.below(200);
    if (this.storm && world.now < this.storm.until) return this.turnAway(this.storm.status, this.storm.retryAfterS);
    if (this.running() >= this.settings.limit) return this.turnAway(429, world.pick([void 0, 1, 3]));
    const fault = world.chance(this.settings.faults) ? world.pick([
      "resetBefore",
      "resetAfter",
      "cut",
      "truncated",
      "silenceBefore",
      "silenceAfter",
      "slow",
      "page502",
      "page502After",
      "page504After",
      "error500",
      "emptyAfter",
      "invalid",
      "balance",
      "busyWithTask",
      "textAfter",
      "noImage"
    ]) : "none";
    switch (fault) {
      case "resetBefore":
        return broken("ECONNRESET", "read", latency);
      case "silenceBefore":
        return "silence";
      case "page502":
        return page(502, latency);
      case "error500":
        return json(500, { error: { message: "internal error", code: "internal_error" } }, latency);
      case "invalid":
        return json(400, { code: "invalid_request", message: "size is not supported", data: null }, latency);
      case "balance":
        return json(402, { error: { message: "insufficient balance", code: "insufficient_user_quota" } }, latency);
    }
    const charge = this.accept(origin, kind, images, fault === "noImage");
    const slowMs = fault === "slow" ? world.below(2e5) : 0;
    const workMs = kind === "task" ? 0 : charge.endsAt - world.now;
    const answer = { ...this.created(charge, kind), afterMs: latency + slowMs + workMs };
    answer.onAnswered = () => charge.isAnswered = true;
    switch (fault) {
      case "resetAfter":
        return broken("ECONNRESET", "read", answer.afterMs);
      case "cut":
        return { ...answer, end: "reset" };
      case "truncated":
        return { ...answer, end: "truncated" };
      case "silenceAfter":
        return "silence";
      case "page502After":
        return page(502, answer.afterMs);
      case "page504After":
        return page(504, answer.afterMs);
      case "emptyAfter":
        return { ...answer, body: Buffer.alloc(0), onAnswered: void 0 };
      case "textAfter":
        return { ...answer, body: Buffer.from('{"code":"success","data":null}'), onAnswered: void 0 };
      case "busyWithTask":
        return kind === "task" ? { ...answer, status: world.pick([500, 502, 409]) } : answer;
      default:
        return answer;
    }
  }
  /** A status request arrives. */
  read(taskId) {
    const { world } = this;
    const afterMs = 5 + world.below(100);
    const charge = this.charges.find((known) => known.taskId === taskId);
    const fault = world.chance(this.settings.faults) ? world.pick([
      "reset",
      "unavailable",
      "busy",
      "missing",
      "page",
      "truncated",
      "slow",
      "silence",
      "stale",
      "noUrlYet",
      "denied"
    ]) : "none";
    switch (fault) {
      case "reset":
        return broken("ECONNRESET", "read", afterMs);
      case "unavailable":
        return page(503, afterMs);
      case "busy":
        return json(429, { error: { message: "too many requests" } }, afterMs, {
          "retry-after": world.pick(["1", "7"])
        });
      case "page":
        return page(200, afterMs);
      case "silence":
        return "silence";
      case "denied":
        return world.chance(0.2) ? json(401, { error: { message: "Invalid token", code: "" } }, afterMs) : page(503, afterMs);
      case "missing":
        return json(400, { code: "task_not_exist", message: "task_not_exist", data: null }, afterMs);
    }
    if (!charge) return json(400, { code: "task_not_exist", message: "task_not_exist", data: null }, afterMs);
    const at = fault === "stale" ? world.now - 3e3 : world.now;
    const answer = json(
      200,
      { code: "success", message: "", data: this.taskAt(charge, at, fault === "noUrlYet") },
      afterMs
    );
    if (fault === "truncated") return { ...answer, end: "truncated" };
    if (fault === "slow") return { ...answer, afterMs: world.below(6e4) };
    return answer;
  }
  /** A file request arrives. */
  file(url, withKey2) {
    const { world } = this;
    const afterMs = 5 + world.below(300);
    const [, mark, index] = /\/files\/([^/]+)\/(\d+)/.exec(url) ?? [];
    const fault = world.chance(this.settings.faults) ? world.pick(["reset", "unavailable", "gone", "cut", "truncated", "page", "slow", "silence"]) : "none";
    if (url.startsWith(API) && !withKey2) return json(401, { error: { message: "no key" } }, afterMs);
    switch (fault) {
      case "reset":
        return broken("ECONNRESET", "read", afterMs);
      case "unavailable":
        return page(503, afterMs);
      case "gone":
        return page(world.pick([403, 404]), afterMs);
      case "page":
        return page(200, afterMs);
      case "silence":
        return "silence";
    }
    const answer = { status: 200, headers: { "content-type": "image/png" }, body: png(`${mark}.${index}`), afterMs };
    if (fault === "cut") return { ...answer, end: "reset" };
    if (fault === "truncated") return { ...answer, end: "truncated" };
    return fault === "slow" ? { ...answer, afterMs: world.below(15e4) } : answer;
  }
  stateOf(charge, at = this.world.now) {
    return at < charge.endsAt ? "running" : charge.fails ? "failed" : "succeeded";
  }
  running() {
    return this.charges.filter((charge) => this.stateOf(charge) === "running").length;
  }
  turnAway(status, retryAfterS) {
    const headers = retryAfterS === void 0 ? {} : { "retry-after": String(retryAfterS) };
    const afterMs = 5 + this.world.below(100);
    return status === 429 ? json(429, { code: "", message: "too many requests" }, afterMs, headers) : json(
      503,
      { error: { message: "The model is overloaded, please try again later", code: "system_overloaded" } },
      afterMs,
      headers
    );
  }
  accept(origin, kind, images, isEmpty) {
    const { world, settings } = this;
    const number = this.charges.length + 1;
    const isTask = kind === "task";
    const isEndless = isTask && world.chance(settings.neverEnds);
    const charge = {
      ...origin,
      ...isTask && { taskId: `task-${number}` },
      mark: `mark-${number}`,
      images,
      startedAt: world.now,
      endsAt: isEndless ? Infinity : world.now + 500 + world.below(settings.maxTaskMs),
      fails: isTask && world.chance(settings.faults / 2),
      isEmpty: !isTask && isEmpty,
      isAnswered: false
    };
    this.charges.push(charge);
    return charge;
  }
  created(charge, kind) {
    if (kind === "task")
      return json(200, { code: "success", message: "", data: { task_id: charge.taskId, status: "queued" } }, 0);
    if (kind === "gemini") {
      const image = { inlineData: { mimeType: "image/png", data: png(`${charge.mark}.0`).toString("base64") } };
      const parts = charge.isEmpty ? [{ text: "I cannot draw that" }] : [image];
      return json(200, { candidates: [{ content: { parts, role: "model" }, finishReason: "STOP" }] }, 0);
    }
    const data = this.urls(charge).map(
      (url, index) => this.settings.isBase64 ? { b64_json: png(`${charge.mark}.${index}`).toString("base64") } : { url }
    );
    return json(200, { created: 1, data: charge.isEmpty ? [] : data }, 0);
  }
  urls(charge) {
    const host = charge.startedAt % 3 === 0 ? API : FILES;
    return Array.from(
      { length: charge.images },
      (_, index) => `${host}/files/${charge.mark}/${index}?signature=s${this.world.below(1e3)}`
    );
  }
  taskAt(charge, at, hasNoUrl) {
    const state = this.stateOf(charge, at);
    const share = Math.min(0.99, (at - charge.startedAt) / (charge.endsAt - charge.startedAt));
    const percent = { none: void 0, linear: Math.floor(Math.max(0, share) * 100), coarse: share < 0.5 ? 0 : 50 }[this.settings.progress];
    const task = { task_id: charge.taskId, ...percent !== void 0 && { progress: `${percent}%` } };
    if (state === "running") return { ...task, status: share < 0.2 ? "queued" : "processing" };
    if (state === "failed")
      return { ...task, status: "failed", error: { code: "upstream_error", message: "generation failed" } };
    const urls = hasNoUrl ? [] : this.urls(charge);
    return {
      ...task,
      status: "succeeded",
      progress: "100%",
      ...urls.length === 1 ? { result_url: urls[0] } : { result_urls: urls }
    };
  }
};
function json(status, body, afterMs, headers = {}) {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(body)),
    afterMs
  };
}
__name(json, "json");
function broken(code, syscall, afterMs) {
  return { error: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }), afterMs };
}
__name(broken, "broken");
function page(status, afterMs) {
  const body = Buffer.from(`<html><head><title>${status}</title></head><body>${status}</body></html>`);
  return { status, headers: { "content-type": "text/html" }, body, afterMs };
}
__name(page, "page");
function png(mark) {
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d494844520000000800000008", "hex"),
    Buffer.from(`<${mark}>`.padEnd(60, " ")),
    Buffer.from("IEND\xAEB`\x82", "latin1")
  ]);
}
__name(png, "png");
function markOf(bytes) {
  return /<(mark-\d+)\.\d+>/.exec(bytes.toString("latin1"))?.[1];
}
__name(markOf, "markOf");

// test/simulation/n8n.ts
var import_node_stream = require("node:stream");

// nodes/NanoBanana/errors/failure.ts
var import_n8n_workflow = require("n8n-workflow");

// nodes/NanoBanana/credential.ts
function normalizeKey(text) {
  return text.replace(/[^\x21-\x7e]+/g, " ").replace(/^[\s"'`]*(authorization\s*:)?[\s"'`]*bearer\s+/i, "").replace(/\s+/g, "").replace(/^["'`]+|["'`]+$/g, "");
}
__name(normalizeKey, "normalizeKey");
function writtenKeys(typed) {
  const key = normalizeKey(typed);
  const encoded = encodeURIComponent(key);
  const forms = [typed.trim(), key, encoded, encoded.replace(/%\w\w/g, (code) => code.toLowerCase())];
  return [...new Set(forms)].filter((form) => form.length > 3).sort((left, right) => right.length - left.length);
}
__name(writtenKeys, "writtenKeys");

// nodes/NanoBanana/lib/json.ts
function record(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
__name(record, "record");
function own(value, key) {
  const source = record(value);
  return Object.prototype.hasOwnProperty.call(source, key) ? source[key] : void 0;
}
__name(own, "own");
function firstText(value, ...keys) {
  for (const key of keys) {
    const found = own(value, key);
    if (typeof found === "string" && found.trim() !== "") return found.trim();
  }
  return void 0;
}
__name(firstText, "firstText");
function list(value) {
  return Array.isArray(value) ? value : [];
}
__name(list, "list");
function parseJson(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return void 0;
  }
}
__name(parseJson, "parseJson");
function unwrapText(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value) || !/[\]}]$/.test(value.slice(-100).trimEnd())) return value;
  return parseJson(value) ?? value;
}
__name(unwrapText, "unwrapText");
var SHOWN_CHARACTERS = 2e4;
function parseBody(bytes) {
  const value = parseJson(bytes.toString("utf8"));
  return value === void 0 ? bodyText(bytes) : unwrapText(value);
}
__name(parseBody, "parseBody");
function bodyText(bytes) {
  const text = bytes.toString("utf8", 0, SHOWN_CHARACTERS);
  return /(?![\t\r\n])[\p{Cc}\ufffd]/u.test(text.slice(0, 500)) ? `(binary data, ${bytes.length} bytes)` : text;
}
__name(bodyText, "bodyText");
function mergeJson(base, extra) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    if (key === "__proto__") continue;
    const below2 = own(base, key);
    const both = isPlainObject(below2) && isPlainObject(value);
    merged[key] = both ? mergeJson(below2, value) : value;
  }
  return merged;
}
__name(mergeJson, "mergeJson");
function isPlainObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
__name(isPlainObject, "isPlainObject");

// nodes/NanoBanana/errors/errorBody.ts
var RULED_CHARACTERS = 4e3;
var MESSAGE_NAMES = ["message", "msg", "detail", "description", "reason", "error_description", "title"];
var REASON_NAMES = [
  "fail_reason",
  "failReason",
  "failure_reason",
  "error_message",
  "errorMessage",
  "error_msg",
  "failMsg"
];
var SUCCESS_CODES = ["", "0", "200", "201", "202", "10000", "true", "success", "succeeded", "ok"];
var NO_ERROR = /^(null|none|ok|success|succeeded|成功)?$/i;
function readErrorBody(body) {
  if (typeof body === "string")
    return { message: body, all: (isWebPage(body) ? pageTitle(body) : body).slice(0, RULED_CHARACTERS).toLowerCase() };
  const answer = Array.isArray(body) ? body[0] : body;
  const source = innermost(answer);
  const message = messageIn(source) ?? messageIn(answer) ?? "";
  const codes = [googleStatus(source), own(source, "code"), own(source, "type"), own(answer, "code"), wordIn(answer)].map(codeText).filter((code) => code !== void 0);
  const all = [...codes, message].join(" ").slice(0, RULED_CHARACTERS).toLowerCase();
  return { ...codes.length > 0 && { code: codes[0] }, message: withRequestId(message, answer), all };
}
__name(readErrorBody, "readErrorBody");
function errorIn(source) {
  const beside = codeText(own(source, "failCode") ?? own(source, "error_code") ?? own(source, "errorCode"));
  const places = [own(source, "error"), own(own(source, "output"), "error"), firstText(source, ...REASON_NAMES)];
  for (const error of places) {
    const said2 = readErrorBody({ error });
    const code = said2.code ?? (said2.message === "" ? void 0 : beside);
    if (said2.message === "" ? code !== void 0 : !isNoError(said2.message))
      return { message: said2.message || `The API returned the code ${code}`, ...code && { code } };
  }
  return void 0;
}
__name(errorIn, "errorIn");
function rejectionIn(body) {
  const error = errorIn(body);
  const code = codeText(own(body, "code")) ?? codeText(own(body, "statusCode"));
  if (error || code === void 0 && own(body, "success") !== false) return error;
  const { message } = readErrorBody(body);
  if (message !== "" && isNoError(message) && !isHttpError(Number(code)) && own(body, "success") !== false)
    return void 0;
  return { message: message || `The API returned the code ${code ?? "false"}`, ...code && { code } };
}
__name(rejectionIn, "rejectionIn");
function embeddedStatus(body) {
  const places = [body, own(body, "error")].flatMap(
    (source) => ["code", "status", "statusCode", "http_status"].map((name) => Number(codeText(own(source, name))))
  );
  return places.find(isHttpError);
}
__name(embeddedStatus, "embeddedStatus");
function isHttpError(status) {
  return status >= 400 && status < 600;
}
__name(isHttpError, "isHttpError");
function isNoError(message) {
  return NO_ERROR.test(message.slice(0, 40)) || /^(https?:\/\/|data:)\S*$/i.test(message.slice(0, 4e3));
}
__name(isNoError, "isNoError");
function innermost(answer) {
  let source = answer;
  for (let depth = 0; depth < 5; depth += 1) {
    const inner = [own(source, "error"), depth === 0 ? void 0 : own(source, "message")].map(unwrapText).find((value) => Object.keys(record(value)).length > 0);
    if (inner === void 0) return source;
    source = inner;
  }
  return source;
}
__name(innermost, "innermost");
function messageIn(source) {
  const text = firstText(source, ...MESSAGE_NAMES, ...REASON_NAMES);
  if (text !== void 0) return text;
  const entries = ["detail", "errors", "message", "error"].flatMap((name) => list(own(source, name)));
  const texts = entries.slice(0, 10).map((entry) => typeof entry === "string" ? entry : fieldMessage(entry));
  return texts.filter(Boolean).join("; ") || firstText(source, "error");
}
__name(messageIn, "messageIn");
function fieldMessage(entry) {
  const place = list(own(entry, "loc")).filter((part) => typeof part === "string" && part !== "body");
  const text = firstText(entry, "msg", "message") ?? "";
  return place.length > 0 && text ? `${place.join(".")}: ${text}` : text;
}
__name(fieldMessage, "fieldMessage");
function googleStatus(source) {
  const status = own(source, "status");
  return typeof status === "string" && /^[A-Z_]{3,}$/.test(status) && own(source, "code") !== void 0 ? status : void 0;
}
__name(googleStatus, "googleStatus");
function wordIn(answer) {
  const error = own(answer, "error");
  return typeof error === "string" && /^\w{3,80}$/.test(error) && firstText(answer, ...MESSAGE_NAMES) !== void 0 ? error : void 0;
}
__name(wordIn, "wordIn");
function codeText(value) {
  if (typeof value !== "string" && typeof value !== "number") return void 0;
  const code = String(value).trim().slice(0, 200);
  return SUCCESS_CODES.includes(code.toLowerCase()) ? void 0 : code;
}
__name(codeText, "codeText");
function withRequestId(message, answer) {
  const id = firstText(answer, "request_id", "requestId") ?? firstText(own(answer, "error"), "request_id", "requestId");
  return id === void 0 || message.includes(id) || id.length > 100 ? message : `${message} (request id: ${id})`.trim();
}
__name(withRequestId, "withRequestId");
function isWebPage(body) {
  return typeof body === "string" && /<(!doctype|html|head|body)/i.test(body.slice(0, 2e4));
}
__name(isWebPage, "isWebPage");
function pageTitle(page2) {
  return /<title[^>]{0,200}>([^<]{1,200})/i.exec(page2.slice(0, 2e4))?.[1] ?? "";
}
__name(pageTitle, "pageTitle");

// nodes/NanoBanana/errors/redact.ts
var SHOWN_CHARACTERS2 = 500;
function redact(text, secret, limit = SHOWN_CHARACTERS2) {
  const plain = (isWebPage(text) ? `(web page) ${pageTitle(text)}` : text).slice(0, 2e4);
  const clean = redactKey(plain, secret).replace(/data:[\w/+.-]+;base64,[\w+/=-]*/gi, "[image data]").replace(/\b(sk-|Bearer\s{1,9})[\w.~+/=-]{4,}/gi, "$1[key]").replace(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/gi, "$1").replace(/(https?:\/\/)[^\s/@"'<>]*@/gi, "$1").replace(/[?&](expires|signature|sig|token|key|x-amz-[\w-]+)=[^\s"'<>]*/gi, "").replace(/[\w+/-]{120,}={0,2}|([A-Za-z0-9+/]{60,76}\s{1,4}){2,}[\w+/]*={0,2}/g, "[image data]").replace(/(\d{1,3}[,\s]{1,4}){15,}\d{1,3}/g, "[bytes]").replace(/<\/?[a-z!?][^<>]{0,300}>/gi, " ").replace(new RegExp("\\p{Cc}+", "gu"), " ").trim();
  if (clean.length <= limit) return clean;
  const requestId = /\(request id: [^()]{1,100}\)/.exec(clean.slice(Math.max(0, limit - 120)))?.[0] ?? "";
  return `${clean.slice(0, limit - requestId.length - 2)}\u2026 ${requestId}`.trim();
}
__name(redact, "redact");
function redactKey(text, secret) {
  return writtenKeys(secret ?? "").reduce((shown, key) => shown.split(key).join("[key]"), text);
}
__name(redactKey, "redactKey");
function redactResponse(response, secret) {
  return {
    ...response,
    ..."model" in response && response.model && { model: redactKey(response.model, secret) },
    ..."text" in response && response.text && { text: redactKey(response.text, secret) },
    ..."warnings" in response && { warnings: response.warnings?.map((warning) => redact(warning, secret)) }
  };
}
__name(redactResponse, "redactResponse");

// nodes/NanoBanana/errors/failureKinds.ts
var TEXTS = {
  access_denied: {
    message: "The API key is not allowed to do this",
    cost: "notCharged",
    nextStep: "Check on your provider's dashboard which models and IP addresses this key may use, or select another credential."
  },
  body_too_large: {
    message: "The request is too large for the API",
    cost: "notCharged",
    nextStep: "Use fewer or smaller reference images, or pass them as URLs (set 'Input Type' to 'Image URL(s)')."
  },
  canceled: {
    message: "Execution canceled",
    nextStep: "Tasks that the API accepted keep running and are charged. Get their images with 'Wait for Task Result'."
  },
  idempotency_conflict: {
    message: "The API rejected the idempotency key",
    cost: "maybeCharged",
    nextStep: "A request with this key was sent before. Check the tasks on your provider's dashboard before you run the node again."
  },
  insufficient_balance: {
    message: "Not enough credit for this request",
    cost: "notCharged",
    nextStep: "Add credit to the account, or raise the quota of the key, on your provider's dashboard."
  },
  internal: {
    message: "The node could not finish this item",
    nextStep: "Run the node again. If it happens twice, report it with the details of this message."
  },
  invalid_input: {
    message: "A field contains a value that cannot be sent",
    cost: "notCharged",
    nextStep: "Change the value of the field."
  },
  invalid_key: {
    message: "The API key is not valid",
    cost: "notCharged",
    nextStep: "Open the credential, paste the key again, and click Retry. Check that 'Base URL' belongs to the provider that issued the key."
  },
  invalid_request: {
    message: "The API rejected the request",
    cost: "notCharged",
    nextStep: "Change what the API response describes. 'Preview Request' under Options shows what is sent."
  },
  key_expired: {
    message: "The API key has expired",
    cost: "notCharged",
    nextStep: "Create a new key on your provider's dashboard and enter it in the credential."
  },
  model_not_available: {
    message: "The model is not available for this account",
    cost: "notCharged",
    nextStep: "Select another model in 'Model', or have this one enabled on your provider's dashboard."
  },
  no_image: {
    message: "The API returned no image",
    cost: "maybeCharged",
    nextStep: "Check what the model responded, change the prompt, and run the node again."
  },
  not_offered: {
    message: "The API does not support this way to create images",
    cost: "notCharged",
    nextStep: "Select another 'API Format' under Options."
  },
  prompt_refused: {
    message: "The prompt or a reference image was rejected",
    nextStep: "Change the prompt or the reference image. The same request is usually rejected again."
  },
  rate_limited: {
    message: "Rate limit reached",
    cost: "notCharged",
    nextStep: "Lower 'Max Concurrency' under Options, or try again later."
  },
  result_expired: {
    message: "The images of this task have expired",
    nextStep: "Providers delete images after a while. Run the node again to create new ones. You will be charged again."
  },
  spending_limit: {
    message: "The run would exceed 'Max Images per Run'",
    cost: "notCharged",
    nextStep: "Raise 'Max Images per Run' under Options, send fewer items, or lower 'Number of Images'."
  },
  task_failed: {
    message: "The API could not create the image",
    nextStep: "Failed tasks are usually not charged. Change what the API response describes, then run the node again."
  },
  timed_out: {
    message: "The task did not finish within 'Timeout'",
    nextStep: "It keeps running. Get its images at no extra cost: feed details.taskId into 'Wait for Task Result'. If you run this node again, you will be charged again."
  },
  unclear_submission: {
    message: "It is unclear whether the API accepted the request",
    cost: "maybeCharged",
    nextStep: "The request was not sent again. Check the tasks on your provider's dashboard before you run the node again."
  },
  unknown_task: {
    message: "The API does not know this task ID",
    nextStep: "Check 'Task ID'. Providers delete tasks after a while, and most show a task only to the key that created it."
  },
  unreachable: {
    message: "The API could not be reached",
    cost: "notCharged",
    nextStep: "Check 'Base URL' in the credential, the network, and the proxy settings of n8n."
  },
  unreadable_answer: {
    message: "The API response cannot be read",
    nextStep: "Try again later. If it happens again, contact your provider and include the time of the request."
  },
  upstream_down: {
    message: "The API is overloaded or not available",
    cost: "notCharged",
    nextStep: "Run the node again later."
  },
  wrong_base_url: {
    message: "'Base URL' in the credential does not lead to the API",
    cost: "notCharged",
    nextStep: "Enter the URL of the API itself, e.g. https://api.example.com. If it is right, this API may not support the endpoint: select another 'API Format'."
  }
};
var KINDS = TEXTS;
var ABOUT_THE_TASK = [
  "task_failed",
  "prompt_refused",
  "no_image",
  "result_expired",
  "unknown_task",
  "timed_out"
];
var REPAIRABLE = [
  "access_denied",
  "insufficient_balance",
  "invalid_key",
  "key_expired",
  "wrong_base_url"
];
var WITHOUT_RESPONSE = [
  "internal",
  "timed_out",
  "unclear_submission",
  "unreachable",
  "upstream_down"
];

// nodes/NanoBanana/errors/failure.ts
function failureError(failure) {
  return Object.assign(new Error(failure.message ?? KINDS[failure.kind].message), { failure });
}
__name(failureError, "failureError");
function toFailure(thrown) {
  if (!(thrown instanceof Error)) return { kind: "internal", gatewayMessage: String(thrown) };
  if ("failure" in thrown) return thrown.failure;
  return { kind: "internal", gatewayMessage: thrown.message, ...thrown.stack && { stack: thrown.stack } };
}
__name(toFailure, "toFailure");
var COSTS = {
  notCharged: "You were not charged.",
  maybeCharged: "You may have been charged."
};
var GET_IMAGES = "The task is not affected. Get its images at no extra cost: feed details.taskId into 'Wait for Task Result'.";
var SHOWN_IDS = 3;
var SHOWN_CHARACTERS3 = 200;
function adviceOf(failure) {
  const { cost, nextStep } = KINDS[failure.kind];
  const advice = failure.nextStep ?? nextStep;
  if (failure.taskId === void 0) return cost ? `${COSTS[cost]} ${advice}` : advice;
  if (failure.nextStep || ABOUT_THE_TASK.includes(failure.kind)) return advice;
  return REPAIRABLE.includes(failure.kind) ? `${advice} ${GET_IMAGES}` : GET_IMAGES;
}
__name(adviceOf, "adviceOf");
function othersIn({ kind, taskIds = [], keptItems = [], unclearItems = [], isKeptWithExecution }) {
  const isUnclear2 = unclearItems.length > 0 || kind === "unclear_submission" || kind === "idempotency_conflict";
  const texts = [];
  if (taskIds.length > 0) {
    const retry = isUnclear2 ? "" : "Use 'Retry execution', or ";
    texts.push(
      `These tasks are charged as well: ${some(taskIds)}. ${retry}${retry ? "get" : "Get"} their images with 'Wait for Task Result' at no extra cost.`
    );
  }
  if (keptItems.length > 0) {
    const way = isKeptWithExecution ? `'Retry execution' returns them${isUnclear2 ? ", but also sends the unclear request again: for that one you may be charged again" : " at no extra cost"}.` : "n8n's binary data mode does not keep them: to create them again, you will be charged again.";
    texts.push(`The images of item ${some(keptItems)} are charged. ${way}`);
  }
  if (unclearItems.length > 0) {
    texts.push(
      `It is also unclear whether the API accepted the request of item ${some(unclearItems)}. You may have been charged for it. Check the tasks on your provider's dashboard.`
    );
  }
  return texts;
}
__name(othersIn, "othersIn");
function some(values) {
  const shown = values.slice(0, SHOWN_IDS).join(", ");
  return values.length > SHOWN_IDS ? `${shown}, and ${values.length - SHOWN_IDS} more` : shown;
}
__name(some, "some");
var SHOWN_IN_DESCRIPTION = 250;
var SHOWN_IN_DETAILS = 1500;
function sentence(text) {
  return /[.!?。！？…]$/.test(text) ? text : `${text}.`;
}
__name(sentence, "sentence");
function describeFailure(failure, secret) {
  const kind = KINDS[failure.kind];
  const words = failure.gatewayMessage ? redact(failure.gatewayMessage, secret) : "";
  const message = redact(failure.message ?? kind.message, secret);
  const isOurs = failure.httpStatus === void 0 && WITHOUT_RESPONSE.includes(failure.kind);
  const shown = words.length > SHOWN_CHARACTERS3 ? `${words.slice(0, SHOWN_CHARACTERS3 - 1)}\u2026` : words;
  const status = failure.kind === "unclear_submission" && failure.httpStatus ? `HTTP ${failure.httpStatus}: ` : "";
  const description = [
    adviceOf(failure),
    failure.taskId ? `Task ID: ${failure.taskId}.` : "",
    ...othersIn(failure),
    failure.submittedAt ? `Request sent: ${failure.submittedAt}.` : "",
    shown && shown !== message ? sentence(`${isOurs ? "Details" : "API response"}: ${status}${shown}`) : "",
    failure.response && (!words || isOurs) ? `API response: ${redact(failure.response, secret, SHOWN_IN_DESCRIPTION)}` : ""
  ].filter(Boolean);
  const data = { errorCode: failure.kind, description: description.join("\n") };
  if (failure.taskId) data.taskId = failure.taskId;
  if (failure.taskIds?.length) data.taskIds = failure.taskIds;
  if (failure.unclearItems?.length) data.unclearItems = failure.unclearItems;
  if (failure.keptItems?.length) data.keptItems = failure.keptItems;
  if (failure.gatewayCode) data.gatewayCode = redact(failure.gatewayCode, secret);
  if (words) data.gatewayMessage = words;
  if (failure.httpStatus) data.httpStatus = failure.httpStatus;
  if (failure.submittedAt) data.submittedAt = failure.submittedAt;
  if (failure.response) data.response = redact(failure.response, secret, SHOWN_IN_DETAILS);
  return { message, description: description.join("\n"), data };
}
__name(describeFailure, "describeFailure");
function nodeError(node, failure, about) {
  const { message: title, description, data } = describeFailure(failure, about.secret);
  const text = about.isTool ? `${title}. ${description.replace(/\n/g, " ")}` : title;
  const message = text.replace(/\be(conn|addr|host|net|pipe|timed|notfound|ai_)\w*\b/gi, "network fault");
  const error = new import_n8n_workflow.NodeApiError(node, { message }, {
    message,
    description,
    itemIndex: about.itemIndex,
    ...failure.httpStatus && { httpCode: String(failure.httpStatus) }
  });
  error.message = message;
  error.description = about.isTool ? void 0 : description;
  error.context.data = data;
  return error;
}
__name(nodeError, "nodeError");

// nodes/NanoBanana/parameters/validate.ts
function invalid(message, nextStep) {
  return failureError({ kind: "invalid_input", message, nextStep });
}
__name(invalid, "invalid");
function requiredText(label, value, nextStep) {
  const text = typeof value === "number" ? String(value) : value ?? "";
  if (typeof text !== "string") throw invalid(`'${label}' must be text`, nextStep);
  if (text.trim() === "") throw invalid(`'${label}' is empty`, nextStep);
  return text;
}
__name(requiredText, "requiredText");
function wholeNumber(label, value, least) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= least) return number;
  throw invalid(
    `'${label}' must be a whole number, ${least} or higher (got ${String(value).slice(0, 40)})`,
    `Enter a whole number, e.g. ${least}.`
  );
}
__name(wholeNumber, "wholeNumber");
function numberFrom(label, value, fallback, least) {
  if (value === void 0 || value === null || value === "") return fallback;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number) && number >= least) return number;
  throw invalid(
    `'${label}' must be a number, ${least} or higher (got ${String(value).slice(0, 40)})`,
    "Enter a number, or remove the option."
  );
}
__name(numberFrom, "numberFrom");
function choiceFrom(label, value, choices, fallback) {
  if (value === void 0 || value === null || value === "") return fallback;
  const name = String(value).trim().toLowerCase();
  const choice = choices.find((known) => known.toLowerCase() === name);
  if (choice !== void 0) return choice;
  throw invalid(
    `'${name.slice(0, 40)}' is not a valid value for '${label}'`,
    `Select a value from the list. An expression must return one of: ${choices.join(", ")}.`
  );
}
__name(choiceFrom, "choiceFrom");

// nodes/NanoBanana/formats/decode/readPath.ts
var MOST_ENTRIES = 1e3;
var STEP = /\.?([^.[\]]+)|\[(\d{1,9}|\*)\]/y;
function parsePath(path) {
  const steps = [];
  for (let at = 0; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    const isFirst = at === 0;
    if (match === null || match[1] !== void 0 && path.startsWith(".", at) === isFirst) return void 0;
    steps.push(match[1] ?? `[${match[2]}]`);
  }
  return steps.length > 0 ? steps : void 0;
}
__name(parsePath, "parsePath");
function readPath(value, steps) {
  let values = [unwrapText(value)];
  for (const step of steps) values = firstOf(values.flatMap((entry) => below(entry, step)).map(unwrapText));
  return values;
}
__name(readPath, "readPath");
function below(value, step) {
  if (!step.startsWith("[")) {
    const found = own(value, step);
    return found === void 0 ? [] : [found];
  }
  if (!Array.isArray(value)) return [];
  if (step === "[*]") return firstOf(value);
  const index = Number(step.slice(1, -1));
  return index < value.length ? [value[index]] : [];
}
__name(below, "below");
function firstOf(values) {
  return values.slice(0, MOST_ENTRIES);
}
__name(firstOf, "firstOf");

// nodes/NanoBanana/lib/bytes.ts
var MEGABYTE = 1048576;
function megabytes(bytes) {
  const size = bytes / MEGABYTE;
  return `${Number(size.toFixed(size < 1 ? 3 : 1))} MB`;
}
__name(megabytes, "megabytes");

// nodes/NanoBanana/types.ts
var OPERATIONS = {
  textToImage: { pays: true, takesReferences: false, waits: true },
  imageToImage: { pays: true, takesReferences: true, waits: true },
  getStatus: { pays: false, takesReferences: false, waits: false },
  waitForResult: { pays: false, takesReferences: false, waits: true }
};
var PAID_OPERATIONS = Object.keys(OPERATIONS).filter(
  (operation) => OPERATIONS[operation].pays
);
var API_FORMATS = ["asyncTask", "openAi", "gemini"];

// nodes/NanoBanana/parameters/settings.ts
var DEFAULT_CONCURRENCY = 64;
var DEFAULT_TIMEOUT_S = 600;
var LONGEST_TIMEOUT_S = 604800;
var DEFAULT_POLL_INTERVAL_S = 1;
var DEFAULT_MAX_IMAGE_MB = 50;
function readSettings(ctx) {
  const operation = ctx.getNodeParameter("operation", "textToImage");
  const { pays, waits } = OPERATIONS[operation];
  const options = ctx.getNodeParameter("options", {});
  const apiFormat = pays ? choiceFrom("API Format", options.apiFormat, API_FORMATS, "asyncTask") : "asyncTask";
  const canSkipWaiting = pays && apiFormat === "asyncTask";
  const text = /* @__PURE__ */ __name((name) => {
    const value = options[name];
    return value === void 0 || value === null || String(value).trim() === "" ? void 0 : String(value).trim();
  }, "text");
  const fieldName = text("binaryPropertyOutput") ?? "data";
  if (["__proto__", "constructor", "prototype"].includes(fieldName)) {
    throw invalid(`'${fieldName}' is not a valid value for 'Put Output in Field'`, "Enter another name, e.g. data.");
  }
  return {
    operation,
    apiFormat,
    wait: canSkipWaiting ? ctx.getNodeParameter("wait", true) !== false : waits,
    simplify: ctx.getNodeParameter("simplify", true) !== false,
    binaryPropertyOutput: fieldName,
    download: options.download !== false,
    combineImages: options.combineImages === true,
    fileName: text("fileName"),
    timeoutMs: Math.min(LONGEST_TIMEOUT_S, numberFrom("Timeout", options.timeout, DEFAULT_TIMEOUT_S, 0.1)) * 1e3,
    onTimeout: choiceFrom("On Timeout", options.onTimeout, ["error", "continue"], "error"),
    pollIntervalMs: Math.min(
      LONGEST_TIMEOUT_S,
      numberFrom("First Check After", options.pollInterval, DEFAULT_POLL_INTERVAL_S, 0.01)
    ) * 1e3,
    maxConcurrency: Math.floor(numberFrom("Max Concurrency", options.maxConcurrency, DEFAULT_CONCURRENCY, 1)),
    maxImages: numberFrom("Max Images per Run", options.maxImages, Number.MAX_SAFE_INTEGER, 0),
    maxImageBytes: numberFrom("Max Download Size", options.maxImageSize, DEFAULT_MAX_IMAGE_MB, 1e-3) * MEGABYTE,
    unitPrice: options.unitPrice === void 0 || options.unitPrice === "" ? void 0 : numberFrom("Price per Image", options.unitPrice, 0, 0),
    outputFormat: readOutputFormat(options.outputFormat),
    responseFormat: choiceFrom("Response Format", options.responseFormat, ["url", "b64_json"], "url"),
    sendBinaryAs: choiceFrom("Send Images As", options.sendBinaryAs, ["dataUri", "base64", "multipart"], "dataUri"),
    imageSize: text("imageSize"),
    includeInputFields: options.includeInputFields === true,
    extraBody: options.extraBody,
    skipModelChecks: options.skipModelChecks === true,
    previewRequest: options.previewRequest === true,
    imagePath: pays ? void 0 : readImagePath(text("imagePath")),
    retryUnclear: options.retryUnclear === true
  };
}
__name(readSettings, "readSettings");
function readImagePath(path) {
  const steps = path === void 0 ? void 0 : parsePath(path);
  if (path === void 0 || steps) return steps;
  throw invalid(
    `'Image Path in Response' is not a valid path (got ${path.slice(0, 40)})`,
    "Write it like data.output.pics[*].src: names separated by dots, and positions or [*] in brackets."
  );
}
__name(readImagePath, "readImagePath");
function readOutputFormat(value) {
  const name = String(value ?? "").toLowerCase();
  const format = choiceFrom("Output Format", name === "jpg" ? "jpeg" : name, ["auto", "png", "jpeg", "webp"], "png");
  return format === "auto" ? void 0 : format;
}
__name(readOutputFormat, "readOutputFormat");
function readTaskIds(value) {
  const opened = unwrapText(value);
  const entries = typeof opened === "string" ? opened.split(/[\s,;]+/) : Array.isArray(opened) ? opened : [opened];
  const ids = entries.map((entry) => own(entry, "taskId") ?? entry).filter((entry) => typeof entry === "string" || typeof entry === "number").map((entry) => idOf(String(entry).trim())).filter((id) => id !== "" && id !== "undefined" && id !== "null");
  if (ids.length > 0) return [...new Set(ids)];
  throw invalid(
    "'Task ID' is empty",
    "Enter the taskId returned by 'Text to Image' or 'Image to Image', or use an expression such as {{ $json.taskId }}."
  );
}
__name(readTaskIds, "readTaskIds");
function idOf(text) {
  const pasted = /^https?:\/\/[^?#]*\/tasks\/([^/?#]+)/i.exec(text)?.[1];
  return pasted ?? text;
}
__name(idOf, "idOf");

// nodes/NanoBanana/run/errorOutput.ts
function abortRun({ run, continues, cancel }) {
  if (cancel?.aborted || !continues) run.abort();
}
__name(abortRun, "abortRun");
async function endOf(item, thrown) {
  const { run, cancel } = item;
  const failure = withOwnTask(item, toFailure(thrown));
  const isCanceled = cancel?.aborted === true;
  abortRun(item);
  run.itemFinished();
  if (!isCanceled && failure.kind === "canceled") return void 0;
  await run.allFinished;
  if (!isCanceled) return item.continues ? failure : withOthers(item, failure);
  logCanceled(item);
  return withOthers(item, { kind: "canceled", ...failure.taskId && { taskId: failure.taskId } });
}
__name(endOf, "endOf");
function withOwnTask({ run, itemIndex }, failure) {
  const open = openTasks(run, itemIndex);
  return failure.taskId === void 0 && open.length > 0 ? { ...failure, taskId: open[0], taskIds: open.slice(1) } : failure;
}
__name(withOwnTask, "withOwnTask");
function withOthers({ run, itemIndex }, failure) {
  const keptItems = [...run.keptItems].filter((item) => item !== itemIndex);
  return {
    ...failure,
    taskIds: openTasks(run).filter((taskId) => taskId !== failure.taskId),
    unclearItems: [...run.unclearItems].filter((item) => item !== itemIndex || !failure.kind.startsWith("unclear")),
    keptItems,
    isKeptWithExecution: !run.isKeptInMemory
  };
}
__name(withOthers, "withOthers");
function openTasks(run, itemIndex) {
  const tasks = itemIndex === void 0 ? [...run.tasks.values()].flat() : run.tasks.get(itemIndex) ?? [];
  return tasks.filter((taskId) => !run.failedTasks.has(taskId));
}
__name(openTasks, "openTasks");
function errorItemOrThrow(item, failure) {
  if (item.continues && failure.kind !== "canceled") return errorItem(item, failure);
  logUnexpected(item, failure);
  throw nodeError(item.ctx.getNode(), failure, { ...item, secret: item.apiKey });
}
__name(errorItemOrThrow, "errorItemOrThrow");
function errorItem(item, failure) {
  logUnexpected(item, failure);
  const { message, data } = describeFailure(failure, item.apiKey);
  const status = item.isTool ? { status: "failed" } : {};
  return { json: { ...status, error: message, details: data }, pairedItem: { item: item.itemIndex } };
}
__name(errorItem, "errorItem");
function eachOrThrow(item, parts) {
  return parts.flatMap((part) => {
    if (part.status === "fulfilled") return part.value;
    const failure = toFailure(part.reason);
    if (!item.continues || failure.kind === "canceled") throw part.reason;
    return [errorItem(item, failure)];
  });
}
__name(eachOrThrow, "eachOrThrow");
var logged = /* @__PURE__ */ new WeakMap();
function logUnexpected({ ctx, run, itemIndex, apiKey }, { gatewayMessage = "", stack }) {
  const known = logged.get(run) ?? /* @__PURE__ */ new Set();
  if (!stack || known.has(stack)) return;
  logged.set(run, known.add(stack));
  const places = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const title = `NanoBanana: unexpected error in item ${itemIndex}: ${redact(gatewayMessage, apiKey)}`;
  ctx.logger.error([title, ...places].join("\n"), { itemIndex });
}
__name(logUnexpected, "logUnexpected");
function logCanceled({ ctx, run }) {
  const taskIds = openTasks(run);
  if (run.isCancelLogged || taskIds.length === 0) return;
  run.isCancelLogged = true;
  ctx.logger.warn(
    `NanoBanana: execution canceled. These tasks keep running and are charged. Get their images with 'Wait for Task Result': ${taskIds.join(", ")}`,
    { taskIds }
  );
}
__name(logCanceled, "logCanceled");

// nodes/NanoBanana/run/idempotencyStore.ts
var import_node_crypto = require("node:crypto");
var inMemory = /* @__PURE__ */ new WeakMap();
var inUse = /* @__PURE__ */ new WeakSet();
var contextsWithoutExecution = /* @__PURE__ */ new WeakMap();
function contextOf(ctx) {
  try {
    return ctx.getContext("node");
  } catch {
    const anchor = ctx.getWorkflowStaticData("node");
    const context = contextsWithoutExecution.get(anchor) ?? {};
    contextsWithoutExecution.set(anchor, context);
    return context;
  }
}
__name(contextOf, "contextOf");
function storeOf(ctx) {
  const context = contextOf(ctx);
  context.nanoBanana ??= {};
  return context.nanoBanana;
}
__name(storeOf, "storeOf");
function runIndexOf(ctx) {
  const known = own(ctx, "runIndex");
  return typeof known === "number" ? known : ctx.getWorkflowDataProxy(ctx.getItemIndex()).$runIndex;
}
__name(runIndexOf, "runIndexOf");
function hashOf(value) {
  return (0, import_node_crypto.createHash)("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}
__name(hashOf, "hashOf");
function findRecord(ctx, hashes, isTool) {
  const store2 = storeOf(ctx);
  if (isTool) {
    let attempt = 0;
    const keyOf2 = /* @__PURE__ */ __name(() => `tool:${attempt}:${hashes.evaluated}`, "keyOf");
    while (store2[keyOf2()] && (store2[keyOf2()].isDelivered || inUse.has(store2[keyOf2()]))) attempt += 1;
    return { key: keyOf2(), record: store2[keyOf2()] };
  }
  const place = `${runIndexOf(ctx)}:${ctx.getItemIndex()}:`;
  const written = place + hashes.written;
  const isSame = /* @__PURE__ */ __name((key2) => key2.startsWith(place) && store2[key2].requestHash === hashes.evaluated, "isSame");
  const key = store2[written] ? written : Object.keys(store2).find(isSame) ?? written;
  return { key, record: store2[key] };
}
__name(findRecord, "findRecord");
function saveRecord(ctx, key, record2) {
  storeOf(ctx)[key] = record2;
}
__name(saveRecord, "saveRecord");
function useRecord(record2) {
  inUse.add(record2);
}
__name(useRecord, "useRecord");
function releaseRecord(record2) {
  inUse.delete(record2);
}
__name(releaseRecord, "releaseRecord");
function keepFinished(record2, finished2) {
  const { rows = [], stored } = finished2;
  const binaries = [
    ...(stored?.outputImages ?? []).map((image) => image.binary),
    ...rows.flatMap((row) => Object.values(row.binary ?? {}))
  ];
  const isSmall = binaries.every((binary) => binary === void 0 || binary.id !== void 0);
  if (isSmall) Object.assign(record2, finished2);
  else inMemory.set(record2, { ...inMemory.get(record2), ...finished2 });
  return isSmall;
}
__name(keepFinished, "keepFinished");
function finishedRows(record2) {
  return record2.rows ?? inMemory.get(record2)?.rows;
}
__name(finishedRows, "finishedRows");
function storedImages(call) {
  return call.stored ?? inMemory.get(call)?.stored;
}
__name(storedImages, "storedImages");
function isAnswered(call, executionId) {
  return call.response !== void 0 && (call.emptyIn ?? executionId) === executionId;
}
__name(isAnswered, "isAnswered");
function isUnclear(call, executionId) {
  return call.unclear?.executionId === executionId;
}
__name(isUnclear, "isUnclear");
function isOpen(call, executionId) {
  return call.taskId === void 0 && !isAnswered(call, executionId) && !isUnclear(call, executionId);
}
__name(isOpen, "isOpen");

// nodes/NanoBanana/lib/clock.ts
var import_n8n_workflow2 = require("n8n-workflow");
var waiters = /* @__PURE__ */ new WeakMap();
function onAbort(signal, action) {
  if (!signal) return () => void 0;
  const actions = waiters.get(signal) ?? /* @__PURE__ */ new Set();
  if (!waiters.has(signal)) {
    waiters.set(signal, actions);
    signal.addEventListener("abort", () => [...actions].forEach((waiting) => waiting()), { once: true });
  }
  const once = /* @__PURE__ */ __name(() => {
    actions.delete(once);
    action();
  }, "once");
  actions.add(once);
  return () => void actions.delete(once);
}
__name(onAbort, "onAbort");
var PIECE_MS = 1e3;
async function pause(ms, signal) {
  const end = Date.now() + ms;
  for (let rest = ms; rest > 0 && !signal?.aborted; rest = end - Date.now()) {
    let forget = /* @__PURE__ */ __name(() => void 0, "forget");
    const aborted = new Promise((resolve) => {
      forget = onAbort(signal, resolve);
    });
    await Promise.race([(0, import_n8n_workflow2.sleep)(Math.min(rest, PIECE_MS)), aborted]);
    forget();
  }
}
__name(pause, "pause");
var systemClock = { now: /* @__PURE__ */ __name(() => Date.now(), "now"), pause };
function jitter(ms) {
  return ms * (0.9 + Math.random() * 0.2);
}
__name(jitter, "jitter");
function retryAfterMs(header, now) {
  if (typeof header !== "string" || header.trim() === "") return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1e3 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
__name(retryAfterMs, "retryAfterMs");

// nodes/NanoBanana/poll/weibull.ts
var PRIOR = { shape: 2, ends: 2 };
var MAX_SHAPE = 20;
var PART_ENDED = 0.05;
function fitWeibull(ended, open, previousShape) {
  const ages = [...ended, ...open].map((age) => Math.max(1, age));
  const oldest = ages.reduce((max, age) => Math.max(max, age), 1);
  const relative = ages.map((age) => age / oldest);
  const logs = relative.map(Math.log);
  const weights = relative.map((age) => age ** previousShape);
  const meanLog = sum(weights.map((weight, index) => weight * logs[index])) / sum(weights);
  const endedLogs = sum(logs.slice(0, ended.length));
  const inverseShape = (ended.length * meanLog - endedLogs + PRIOR.ends / PRIOR.shape) / (ended.length + PRIOR.ends);
  const shape = ended.length === 0 ? 1 : Math.min(MAX_SHAPE, Math.max(1, 1 / inverseShape));
  const meanPower = sum(relative.map((age) => age ** shape)) / (ended.length + PART_ENDED);
  return { shape, scale: oldest * meanPower ** (1 / shape) };
}
__name(fitWeibull, "fitWeibull");
function gapUntilLateness(weibull, age, latenessMs, maxMs) {
  let [low, high] = [0, maxMs];
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (expectedLateness(weibull, age, age + middle) < latenessMs) low = middle;
    else high = middle;
  }
  return high;
}
__name(gapUntilLateness, "gapUntilLateness");
function expectedLateness({ shape, scale }, from, to) {
  const powers = (to / scale) ** (shape + 1) + shape * (from / scale) ** (shape + 1);
  return scale * powers / (shape + 1) - to * (from / scale) ** shape;
}
__name(expectedLateness, "expectedLateness");
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
__name(sum, "sum");

// nodes/NanoBanana/poll/pollSchedule.ts
var MIN_GAP_MS = 150;
var MAX_GAP_MS = 1e4;
var FAILURE_GROWTH = 1.5;
var POLL_WORTH = { factor: 0.0115, power: 0.85 };
var FIRST_SPREAD = 1.7;
var GOLDEN_RATIO = 0.618034;
var MAX_DURATIONS = 100;
var NEWS_EVERY = 4;
function createPollSchedule() {
  const open = /* @__PURE__ */ new Set();
  let tracked = 0;
  let ended = 0;
  let durations = [];
  let meanDuration = 0;
  let weibull = { shape: 1, scale: 1 };
  let isFineGrained = false;
  function learn() {
    const pendingAges = [...open].map(({ pendingAge }) => pendingAge);
    meanDuration = durations.reduce((sum2, duration) => sum2 + duration / durations.length, 0);
    weibull = fitWeibull(durations, pendingAges, weibull.shape);
  }
  __name(learn, "learn");
  function learnedGap({ pollIntervalMs }, age, maxMs) {
    const duration = durations.length === 0 ? pollIntervalMs : Math.max(pollIntervalMs, meanDuration, age);
    const worth = POLL_WORTH.factor * pollIntervalMs * (duration / pollIntervalMs) ** POLL_WORTH.power;
    return gapUntilLateness(weibull, age, worth, maxMs);
  }
  __name(learnedGap, "learnedGap");
  function firstDueAt(task) {
    const { startedAt, pollIntervalMs, isNew, phase } = task;
    if (!isNew) return startedAt;
    const spread = Math.min(MAX_GAP_MS, FIRST_SPREAD * pollIntervalMs * Math.sqrt(tracked)) - pollIntervalMs;
    const gap = durations.length > 0 ? learnedGap(task, 0, MAX_GAP_MS) : pollIntervalMs + Math.max(0, spread) * phase;
    return startedAt + Math.max(pollIntervalMs, gap);
  }
  __name(firstDueAt, "firstDueAt");
  function nextDueAt(task, polledAt) {
    const { startedAt, trackedFrom, pollIntervalMs, failedPolls, pace } = task;
    const age = Math.max(0, polledAt - startedAt);
    const min = failedPolls > 0 ? pollIntervalMs * FAILURE_GROWTH ** Math.min(failedPolls, 20) : Math.min(MIN_GAP_MS, pollIntervalMs);
    const max = Math.max(MAX_GAP_MS, (polledAt - trackedFrom) / 4);
    const learned = learnedGap(task, age, max);
    const gap = isFineGrained ? gapByPace(pace, age, learned) : learned;
    return polledAt + Math.min(max, Math.max(min, gap));
  }
  __name(nextDueAt, "nextDueAt");
  function polled(task, at, failedPolls) {
    if (!task.isNew && task.polledAt === void 0) task.trackedFrom = Math.max(task.startedAt, at);
    task.polledAt = at;
    task.failedPolls = failedPolls;
  }
  __name(polled, "polled");
  return {
    track(startedAt, pollIntervalMs, isNew) {
      const phase = tracked * GOLDEN_RATIO % 1;
      const task = {
        startedAt,
        pollIntervalMs,
        isNew,
        phase,
        trackedFrom: startedAt,
        pendingAge: 0,
        failedPolls: 0,
        pace: { from: { age: 0, percent: 0 } }
      };
      tracked += 1;
      open.add(task);
      return {
        get dueAt() {
          return Math.ceil(task.polledAt === void 0 ? firstDueAt(task) : nextDueAt(task, task.polledAt));
        },
        set onEarlier(action) {
          task.onEarlier = action;
        },
        pending(at, percent = 0) {
          const age = Math.max(0, at - startedAt);
          polled(task, at, 0);
          task.pendingAge = Math.max(task.pendingAge, age);
          task.pace = nextPace(task.pace, age, percent);
          isFineGrained ||= percent > 0 && percent < 100 && Math.round(percent) % 10 !== 0;
          learn();
        },
        failed: /* @__PURE__ */ __name((at) => polled(task, at, task.failedPolls + 1), "failed"),
        succeeded(at) {
          open.delete(task);
          if (!isNew && task.polledAt === void 0) return;
          const duration = (task.pendingAge + Math.max(1, at - startedAt)) / 2;
          ended += 1;
          durations = [...durations.slice(1 - MAX_DURATIONS), duration];
          learn();
          if (ended < NEWS_EVERY || ended % NEWS_EVERY === 0) open.forEach(({ onEarlier }) => onEarlier?.());
        },
        close: /* @__PURE__ */ __name(() => void open.delete(task), "close")
      };
    }
  };
}
__name(createPollSchedule, "createPollSchedule");
function nextPace(pace, age, percent) {
  const last = pace.to ?? pace.from;
  if (percent === 0 && last.percent === 0) return { from: { age, percent } };
  return percent > last.percent && percent < 100 ? { from: last, to: { age, percent } } : pace;
}
__name(nextPace, "nextPace");
function gapByPace({ from, to }, age, learned) {
  if (!to) return learned;
  const left = to.age + (to.age - from.age) / (to.percent - from.percent) * (100 - to.percent) - age;
  if (left <= 0) return learned;
  return from.percent === 0 ? Math.min(learned, left) : left;
}
__name(gapByPace, "gapByPace");

// nodes/NanoBanana/submit/concurrencyLimiter.ts
var TASK_SLOW_START = { initial: 3, growBy: 0 };
var SYNC_SLOW_START = { initial: 16, growBy: 1, acceptedAfterMs: 300 };
var FIRST_PROBE_AFTER = 20;
var FIRST_BACKOFF_MS = 500;
var MAX_BACKOFF_MS = 3e4;
function createConcurrencyLimiter(options) {
  const { maxConcurrency, slowStart, signal, clock } = options;
  const waiters2 = /* @__PURE__ */ new Set();
  let backoffTimer;
  let unanswered = 0;
  let open = 0;
  let limit = maxConcurrency;
  let proven = 0;
  let probe = 0;
  let probeAfter = FIRST_PROBE_AFTER;
  let maxUnanswered = slowStart.initial;
  let acceptedInARow = 0;
  let rejectedInARow = 0;
  let epoch = 0;
  let lastRejection = { kind: "rate_limited" };
  let rejectingSince;
  let resumeAt = 0;
  let retryAfterUntil = 0;
  const isBackingOff = /* @__PURE__ */ __name(() => clock.now() < resumeAt, "isBackingOff");
  const isFull = /* @__PURE__ */ __name(() => open + unanswered >= limit, "isFull");
  const maySend = /* @__PURE__ */ __name(() => !isBackingOff() && unanswered < (rejectedInARow > 0 ? 1 : maxUnanswered), "maySend");
  const rejectedForMs = /* @__PURE__ */ __name((until) => until - (rejectingSince ?? clock.now()), "rejectedForMs");
  function dispatch() {
    for (const waiter of waiters2) {
      if (isFull()) break;
      if (!waiter.isResumed && !maySend()) continue;
      waiters2.delete(waiter);
      waiter.resolve(createPermit(waiter));
    }
    if (!isBackingOff()) return;
    giveUp();
    if (waiters2.size === 0 || backoffTimer) return;
    const timer = backoffTimer = new AbortController();
    void clock.pause(resumeAt - clock.now(), timer.signal).then(() => {
      backoffTimer = void 0;
      dispatch();
    });
  }
  __name(dispatch, "dispatch");
  function giveUp() {
    const knownRejectedMs = rejectedForMs(Math.max(clock.now(), retryAfterUntil));
    for (const waiter of waiters2) {
      if (waiter.isResumed || knownRejectedMs < waiter.giveUpAfterMs) continue;
      waiters2.delete(waiter);
      void Promise.resolve().then(() => {
        if (signal.aborted) waiter.resolve(void 0);
        else waiter.reject(failureError(lastRejection));
      });
    }
  }
  __name(giveUp, "giveUp");
  function createPermit({ giveUpAfterMs, isResumed }) {
    let state = "unanswered";
    const sentInEpoch = epoch;
    const answered = new AbortController();
    const moveTo = /* @__PURE__ */ __name((next) => {
      if (state === "unanswered") unanswered -= 1;
      else open -= 1;
      if (next !== "released") open += 1;
      state = next;
      answered.abort();
    }, "moveTo");
    const isAnswered2 = /* @__PURE__ */ __name(() => state === "accepted" || state === "released", "isAnswered");
    unanswered += 1;
    if (isResumed) {
      moveTo("accepted");
    } else if (slowStart.acceptedAfterMs !== void 0) {
      void clock.pause(slowStart.acceptedAfterMs, answered.signal).then(() => {
        if (state !== "unanswered") return;
        moveTo("assumed");
        dispatch();
      });
    }
    return {
      accepted() {
        if (isAnswered2()) return;
        moveTo("accepted");
        raiseLimit();
        rejectingSince = void 0;
        dispatch();
      },
      rejected(retryAfterMs2, failure = lastRejection) {
        if (isAnswered2()) return clock.now();
        moveTo("released");
        lastRejection = failure;
        const isFirstInEpoch = sentInEpoch === epoch;
        if (isFirstInEpoch) epoch += 1;
        const isLimit = lowerLimit(open + unanswered, isFirstInEpoch);
        backOff(retryAfterMs2, isLimit, giveUpAfterMs);
        dispatch();
        return rejectingSince ?? clock.now();
      },
      release() {
        if (state === "released") return;
        moveTo("released");
        dispatch();
      }
    };
  }
  __name(createPermit, "createPermit");
  function raiseLimit() {
    if (open > proven && open === probe) probeAfter = Math.ceil(probeAfter / 2);
    proven = Math.max(proven, open);
    limit = Math.max(limit, open);
    maxUnanswered += slowStart.growBy;
    rejectedInARow = 0;
    acceptedInARow += 1;
    if (limit >= maxConcurrency || acceptedInARow < probeAfter) return;
    limit += 1;
    probe = limit;
    acceptedInARow = 0;
  }
  __name(raiseLimit, "raiseLimit");
  function lowerLimit(others, isFirstInEpoch) {
    const isLimit = others > 0 && (others + 1 > proven || others + 1 === probe);
    const hasDropped = others > 0 && !isLimit && isFirstInEpoch && rejectedInARow > 0;
    if (isLimit && isFirstInEpoch && limit < maxConcurrency) probeAfter *= 2;
    if (hasDropped) probeAfter = others < proven / 2 ? 1 : probeAfter * 2;
    if (isLimit || hasDropped) {
      limit = others;
      proven = Math.min(proven, others);
    }
    acceptedInARow = 0;
    if (isFirstInEpoch) rejectedInARow = isLimit ? 0 : rejectedInARow + 1;
    return isLimit;
  }
  __name(lowerLimit, "lowerLimit");
  function backOff(retryAfterMs2, isLimit, giveUpAfterMs) {
    const now = clock.now();
    rejectingSince = isLimit ? void 0 : rejectingSince ?? now;
    const exponentialMs = jitter(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, rejectedInARow - 1)));
    const leftMs = giveUpAfterMs - rejectedForMs(now);
    const pauseMs = leftMs > 0 ? Math.min(exponentialMs, leftMs) : exponentialMs;
    retryAfterUntil = Math.max(retryAfterUntil, now + retryAfterMs2);
    resumeAt = Math.max(resumeAt, retryAfterUntil, isLimit ? now : now + pauseMs);
  }
  __name(backOff, "backOff");
  onAbort(signal, () => {
    backoffTimer?.abort();
    waiters2.forEach((waiter) => waiter.resolve(void 0));
    waiters2.clear();
  });
  return {
    async acquire({ giveUpAfterMs = Infinity, isResumed = false } = {}) {
      if (signal.aborted) return void 0;
      return await new Promise((resolve, reject) => {
        waiters2.add({ giveUpAfterMs, isResumed, resolve, reject });
        dispatch();
      });
    }
  };
}
__name(createConcurrencyLimiter, "createConcurrencyLimiter");

// nodes/NanoBanana/run/memoryBudget.ts
var MEMORY_BYTES = 24 * MEGABYTE;
var TRANSFERS = 8;
function createBudget(capacity) {
  let taken2 = 0;
  let waiting = [];
  const grant = /* @__PURE__ */ __name(() => {
    for (let next = waiting.at(0); next && (taken2 === 0 || taken2 + next.amount <= capacity); next = waiting.at(0)) {
      waiting.shift();
      taken2 += next.amount;
      next.isGranted = true;
      next.grant();
    }
  }, "grant");
  const reservation = /* @__PURE__ */ __name(() => {
    let ticket;
    let granted = Promise.resolve();
    return {
      get isAcquired() {
        return ticket !== void 0;
      },
      async before(amount) {
        if (ticket === void 0) {
          granted = new Promise(
            (resolve) => ticket = { amount: Math.max(1, amount), isGranted: false, grant: resolve }
          );
          waiting.push(ticket);
          grant();
        }
        await granted;
      },
      release() {
        if (ticket === void 0) return;
        if (ticket.isGranted) taken2 -= ticket.amount;
        waiting = waiting.filter((other) => other !== ticket);
        ticket.grant();
        ticket = void 0;
        grant();
      }
    };
  }, "reservation");
  return { reservation };
}
__name(createBudget, "createBudget");

// nodes/NanoBanana/run/nodeRun.ts
var runs = /* @__PURE__ */ new WeakMap();
var batchStates = /* @__PURE__ */ new WeakMap();
function joinRun(ctx, isTool, settings) {
  const key = isTool ? {} : contextOf(ctx);
  const batches = joinBatch(key, runIndexOf(ctx), ctx.getItemIndex());
  const run = runs.get(key) ?? openRun(ctx, { isTool, settings, batches, close: /* @__PURE__ */ __name(() => runs.delete(key), "close") });
  runs.set(key, run);
  run.join();
  return run;
}
__name(joinRun, "joinRun");
function joinBatch(key, runIndex, itemIndex) {
  const known = batchStates.get(key);
  const isSame = known?.runIndex === runIndex && !known.joined.has(itemIndex);
  const state = isSame ? known : { runIndex, joined: /* @__PURE__ */ new Set(), images: /* @__PURE__ */ new Map(), isLost: false };
  batchStates.set(key, state);
  state.joined.add(itemIndex);
  return state;
}
__name(joinBatch, "joinBatch");
function openRun(ctx, { isTool, settings, batches, close }) {
  const cancel = ctx.getExecutionCancelSignal();
  const controller = new AbortController();
  const isTaskFormat = (settings?.apiFormat ?? "asyncTask") === "asyncTask";
  const limiter = createConcurrencyLimiter({
    maxConcurrency: settings?.maxConcurrency ?? DEFAULT_CONCURRENCY,
    slowStart: isTaskFormat ? TASK_SLOW_START : SYNC_SLOW_START,
    signal: controller.signal,
    clock: systemClock
  });
  const itemCount = itemCountOf(ctx, isTool);
  const startsLate = hasBatching(ctx);
  const stopsOnFailure = !ctx.continueOnFail();
  const maxImages = settings?.maxImages ?? Number.MAX_SAFE_INTEGER;
  const plans = [];
  const turn = pause(1);
  const allArrived = deferred();
  const allFinished = deferred();
  let joined2 = 0;
  let finished2 = 0;
  const abort = /* @__PURE__ */ __name(() => controller.abort(), "abort");
  if (cancel?.aborted || batches.isLost) abort();
  const forgetCancel = onAbort(cancel, abort);
  return {
    limiter,
    memoryBudget: createBudget(MEMORY_BYTES),
    transfers: createBudget(TRANSFERS),
    storesStreams: true,
    schedule: createPollSchedule(),
    signal: controller.signal,
    tasks: /* @__PURE__ */ new Map(),
    failedTasks: /* @__PURE__ */ new Set(),
    unclearItems: /* @__PURE__ */ new Set(),
    keptItems: /* @__PURE__ */ new Set(),
    isKeptInMemory: false,
    // Another try after the cancellation has nothing to add.
    isCancelLogged: cancel?.aborted === true,
    previewedImages: 0,
    abort() {
      batches.isLost = true;
      abort();
    },
    join() {
      joined2 += 1;
    },
    async arrive(plan) {
      plans.push(plan);
      batches.images.set(plan.itemIndex, plan.images);
      await turn;
      if (plans.length >= joined2) allArrived.resolve();
      await allArrived.promise;
      const later = startsLate && plan.images > 0 ? Math.max(0, itemCount - batches.images.size) : 0;
      const planned = [...batches.images.values()].reduce((sum2, images) => sum2 + images, later);
      const decide = /* @__PURE__ */ __name(() => {
        if (stopsOnFailure && !startsLate && joined2 < itemCount) return "abandoned";
        if (stopsOnFailure && plans.some((other) => !other.isValid)) return "stop";
        return planned > maxImages ? "overBudget" : "proceed";
      }, "decide");
      return { decision: decide(), planned };
    },
    itemFinished() {
      finished2 += 1;
      if (finished2 < joined2) return;
      forgetCancel();
      close();
      allFinished.resolve();
    },
    allFinished: allFinished.promise
  };
}
__name(openRun, "openRun");
function deferred() {
  let resolve = /* @__PURE__ */ __name(() => void 0, "resolve");
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
__name(deferred, "deferred");
function itemCountOf(ctx, isTool) {
  if (isTool || ctx.getNode().executeOnce) return 1;
  const inputs = Object.values(record(own(ctx, "inputData")));
  const counted = Array.isArray(inputs[0]) && Array.isArray(inputs[0][0]) ? inputs[0][0].length : Infinity;
  const proxy = ctx.getWorkflowDataProxy(ctx.getItemIndex()).$input;
  return Math.min(counted, proxy.all().length);
}
__name(itemCountOf, "itemCountOf");
function hasBatching(ctx) {
  const options = ctx.getNodeParameter("requestOptions", {});
  return (options.batching?.batch?.batchInterval ?? 0) > 0;
}
__name(hasBatching, "hasBatching");

// nodes/NanoBanana/run/itemContext.ts
async function runItem(ctx, base, { prepare, imagesToPay: imagesToPay2, perform }) {
  const isTool = ctx.getNode().type.endsWith("Tool");
  const settings = settingsOf(ctx);
  const run = joinRun(ctx, isTool, "kind" in settings ? void 0 : settings);
  const running = {
    ctx,
    run,
    itemIndex: ctx.getItemIndex(),
    isTool,
    continues: ctx.continueOnFail(),
    cancel: ctx.getExecutionCancelSignal()
  };
  const check = /* @__PURE__ */ __name(async () => {
    running.apiKey = await readApiKey(ctx);
    if ("kind" in settings) throw failureError(settings);
    const item = {
      ...running,
      base,
      settings,
      executionId: ctx.getExecutionId() ?? "",
      startedAt: systemClock.now(),
      submitClient: { ctx, base, signal: running.cancel },
      readClient: { ctx, base, signal: run.signal }
    };
    const prepared = await prepare(item);
    return { item, prepared, images: imagesToPay2(item, prepared) };
  }, "check");
  try {
    const checked = await check().catch(toFailure);
    const isValid = "item" in checked;
    const images = isValid ? checked.images : 0;
    const { decision, planned } = await run.arrive({ itemIndex: running.itemIndex, images, isValid });
    let rows = [];
    if (decision !== "abandoned") {
      if (!isValid) throw failureError(checked);
      if (decision === "overBudget") throw failureError(overBudget(planned, checked.item.settings.maxImages));
      if (decision === "proceed") rows = await perform(checked.item, checked.prepared);
    }
    run.itemFinished();
    return rows;
  } catch (thrown) {
    const failure = await endOf(running, thrown);
    return failure ? [errorItemOrThrow(running, failure)] : [];
  }
}
__name(runItem, "runItem");
function settingsOf(ctx) {
  try {
    return readSettings(ctx);
  } catch (thrown) {
    return toFailure(thrown);
  }
}
__name(settingsOf, "settingsOf");
async function readApiKey(ctx) {
  const credential = await ctx.getCredentials("nanoBananaApi").catch(() => ({}));
  return typeof credential.apiKey === "string" ? credential.apiKey : void 0;
}
__name(readApiKey, "readApiKey");
function overBudget(planned, allowed) {
  return {
    kind: "spending_limit",
    message: `This run would generate ${planned} images, but 'Max Images per Run' is ${allowed}`
  };
}
__name(overBudget, "overBudget");
var ENGINE_TIMEOUT_MS = 3e5;
var CREATE_TIMEOUT_MS = 3e5;
var CREATE_LEAST_MS = 6e4;
var LONGEST_TEXT_BYTES = 5e8;
var BASE64_GROWTH = 1.34;
function requestTimeoutMs({ settings, base }) {
  const isTask = settings.apiFormat === "asyncTask";
  const own2 = isTask ? Math.min(CREATE_TIMEOUT_MS, Math.max(settings.timeoutMs, CREATE_LEAST_MS)) : settings.timeoutMs;
  const { timeout = ENGINE_TIMEOUT_MS } = base;
  return timeout === ENGINE_TIMEOUT_MS ? own2 : Math.min(own2, timeout);
}
__name(requestTimeoutMs, "requestTimeoutMs");
function maxResponseBytes({ settings }, images) {
  return Math.min(LONGEST_TEXT_BYTES, Math.ceil(images * settings.maxImageBytes * BASE64_GROWTH) + MEGABYTE);
}
__name(maxResponseBytes, "maxResponseBytes");

// nodes/NanoBanana/steps/outputItems.ts
function outputItems(task, settings, itemIndex, input) {
  const base = settings.includeInputFields ? input : {};
  const together = settings.combineImages || task.outputImages.length === 0;
  const groups = together ? [task.outputImages] : task.outputImages.map((outputImage2) => [outputImage2]);
  return groups.map((outputImages) => {
    const json2 = settings.simplify ? simplified(task, outputImages, settings) : whole(task, outputImages, settings);
    const binary = binariesOf(outputImages, settings.binaryPropertyOutput);
    return { json: { ...base, ...json2 }, ...binary && { binary }, pairedItem: { item: itemIndex } };
  });
}
__name(outputItems, "outputItems");
function binariesOf(outputImages, name) {
  const stored = outputImages.flatMap((outputImage2) => outputImage2.binary ? [outputImage2.binary] : []);
  if (stored.length === 0) return void 0;
  return Object.fromEntries(stored.map((binary, position) => [position === 0 ? name : `${name}_${position}`, binary]));
}
__name(binariesOf, "binariesOf");
function simplified(task, outputImages, settings) {
  const first = described(outputImages);
  const urls = outputImages.flatMap((outputImage2) => outputImage2.url ? [outputImage2.url] : []);
  if (!first)
    return present({
      taskId: task.taskId,
      status: task.status,
      progress: task.progress,
      model: task.model,
      text: task.text,
      warnings: someOf(task.warnings)
    });
  return present({
    taskId: task.taskId,
    status: task.status,
    imageUrl: first.url,
    // In one row for several images the further addresses take the place of the file name.
    ...outputImages.length > 1 ? { imageUrls: urls.length > 1 ? urls : void 0 } : { fileName: first.fileName },
    mimeType: first.mimeType,
    width: first.width,
    height: first.height,
    model: task.model,
    cost: settings.unitPrice === void 0 ? void 0 : rounded(settings.unitPrice * outputImages.length),
    text: task.taskId ? void 0 : task.text,
    warnings: someOf(task.warnings)
  });
}
__name(simplified, "simplified");
function whole(task, outputImages, settings) {
  const images = outputImages.map((outputImage2) => present({ ...outputImage2, binary: void 0 }));
  const returned = task.outputImages.length;
  const isPriced = settings.unitPrice !== void 0 && returned > 0;
  return present({
    taskId: task.taskId,
    status: task.status,
    progress: task.progress,
    model: task.model,
    operation: settings.operation,
    requestHash: task.requestHash,
    image: images[outputImages.indexOf(described(outputImages))],
    images: images.length > 1 ? images : void 0,
    text: task.text,
    billing: present({
      requestedImages: task.requestedImages,
      returnedImages: returned,
      unitPrice: settings.unitPrice,
      cost: isPriced ? rounded((settings.unitPrice ?? 0) * returned) : void 0
    }),
    timing: present({
      submittedAt: task.submittedAt,
      finishedAt: task.finishedAt,
      waitedMs: task.waitedMs,
      polls: task.polls
    }),
    warnings: task.warnings
  });
}
__name(whole, "whole");
function described(outputImages) {
  return outputImages.find(({ binary }) => binary !== void 0) ?? outputImages[0];
}
__name(described, "described");
function present(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== void 0));
}
__name(present, "present");
function someOf(warnings) {
  return warnings.length > 0 ? warnings : void 0;
}
__name(someOf, "someOf");
function rounded(price) {
  return Math.round(price * 1e6) / 1e6;
}
__name(rounded, "rounded");

// nodes/NanoBanana/steps/storeImage.ts
var import_node_crypto3 = require("node:crypto");

// nodes/NanoBanana/errors/errorPatterns.ts
function anyOf(...phrases) {
  return new RegExp(phrases.map(({ source }) => source).join("|"));
}
__name(anyOf, "anyOf");
var BALANCE = anyOf(
  /insufficient[_ ](\w+[_ ])?(quota|balance|credits?|funds?)\b/,
  /(quota|balance|credits?|funds?)( is| are| was| has been)?[_ ](too low|not[_ ]enough|insufficient|exhausted|used up|depleted)/,
  /(not enough|no( more)?|out of|low) (credits?|balance|funds?)\b/,
  /token[_ ]quota/,
  /billing[_ ](hard|not)/,
  /exceeded your current quota/,
  /used (up )?(all )?(of )?(your |the )?(\w+ )?(credits?|quota)/,
  /(not have|without) enough (credits?|balance|quota|funds?)/,
  /spend(ing)?[_ ]limit/,
  /(daily|weekly|monthly)[_ ](\w+[_ ]){0,2}(limit|quota|cap)\b/,
  /arrear/,
  /payment required/,
  /(额度|余额|配额|积分|点数).{0,6}(不足|已?用尽|已?用完|耗尽)/,
  /预扣费/,
  /欠费/
);
var KEY_WORD = "(api[_ -]?key|access[_ ]key|\\bkey|token|credential|\u4EE4\u724C|\u5BC6\u94A5|\u79D8\u94A5)";
var QUOTA_EXCEEDED = /quota[_ ](limit )?exceeded|exceed\w*.{0,20}quota/;
var EXPIRED = new RegExp(`${KEY_WORD}.{0,30}(expired|\u8FC7\u671F)|expired.{0,10}${KEY_WORD}`);
var BAD_API_KEY = /api[_ -]?key.{0,30}(not valid|invalid|incorrect)|(invalid|incorrect|wrong).{0,8}api[_ -]?key|api_key_invalid|无效的令牌/;
var BAD_KEY = new RegExp(
  `(invalid|incorrect|wrong|missing|malformed|\u65E0\u6548).{0,8}${KEY_WORD}|${KEY_WORD}.{0,30}(not valid|invalid|not provided|not found|disabled|revoked|\u65E0\u6548|\u4E0D\u6B63\u786E|\u9519\u8BEF|\u5DF2\u7981\u7528)|api_key_invalid|token status|\u4EE4\u724C\u72B6\u6001|\u672A\u63D0\u4F9B\u4EE4\u724C`
);
var UNKNOWN_TASK = anyOf(
  /task[_ ]?(id )?(is )?(not[_ ](exist|found)|invalid)/,
  /\btask.{0,40}(not found|does not exist|doesn't exist|unknown)/,
  /(no such|unknown|invalid) task(?![_ ]?type)/,
  /task_?id.{0,4}(不存在|无效)/,
  /任务.{0,6}不存在/,
  /(未找到|找不到).{0,4}任务/,
  /任务.{0,4}未找到/
);
var NO_CHANNEL = anyOf(
  /model_not_found/,
  /no (available )?channels?\b/,
  /channels? (is |are )?(not )?available/,
  /无可用(的)?(渠道|通道)/,
  /可用渠道不存在/,
  /no access to (the )?model/,
  /get_channel_failed/,
  /可用渠道失败/,
  /model[_ ]price/,
  /(ratio|price) (is )?not (set|configured)/,
  /倍率或价格未配置/
);
var NO_MODEL = anyOf(
  /\bmodels?[ :'"`/]*[\w./:-]*['"`]? *(is |was |has been )?(currently )?(not (found|exist|enabled|available|supported|allowed|open|activated)|does not exist|unavailable|disabled|unsupported|deprecated|retired)/,
  /(unknown|unsupported|invalid) model\b/,
  /not supported model/,
  /(access to|permission (for|to use)|not allowed to use)( the| this)? model/,
  /模型.{0,40}(不存在|未启用|未开通|不可用|不支持|已下线)/,
  /(无权|没有权限|未开通).{0,12}模型/
);
var REFUSED = anyOf(
  /sensitive[_ ]?(words?|content|information)/,
  /prompt_blocked/,
  /moderation[_ ](block|fail|reject|flag|filter|policy)/,
  /(by|through|failed|content)[_ ](the |our )?(\w+ )?moderation/,
  /moderated\b/,
  /content[_ ]?(policy|filter)/,
  /\bsafety\b/,
  /image_safety/,
  /prohibited[_ ](content|use)/,
  /(prompt|image|content|output|input|request).{0,30}(flagged|blocked by)/,
  /policy ?violation/,
  /violat\w{0,4}.{0,40}(polic|guideline|terms)/,
  /\bnsfw\b/,
  /敏感/,
  /违规/,
  /违禁/,
  /不合规/,
  /安全(审核|系统|策略)/,
  /内容审核/,
  /不安全/,
  /审核(未|不)通过/
);
var TOO_LARGE = anyOf(
  /(entity|payload|body|file|image)( size)?( is)? too large/,
  /payload size exceeds/,
  /request_too_large/,
  /exceeds the (maximum )?(request|body|payload|file) size/,
  /(image|file|size).{0,30}exceeds.{0,40}(limit|maximum|mb)/,
  /请求体过大/,
  /文件过大/
);
var RATE = /rate[_ ]?limit|too many requests|请求过于频繁|请求数限制/;
var NOT_OFFERED = /not_implemented|not implemented|not enabled|未启用|未开启/;
var INVALID = /\binvalid[_ ]?(request|param|argument|input|value)|参数(错误|无效)/;
var NO_ASYNC = /async.{0,80}(only|not (supported|enabled|available))/;
var NOTHING_ACCEPTED = anyOf(
  /rate[_ ]?limit/,
  /too many requests/,
  /overload/,
  /capacity/,
  /saturat/,
  /too busy/,
  /server is busy/,
  /queue (is )?full/,
  /queue_full/,
  /queued_limit/,
  /not (been )?(accepted|queued|processed|billed|charged)/,
  /nothing (was|has been) (accepted|queued|billed)/,
  /饱和/,
  /过载/,
  /繁忙/
);

// nodes/NanoBanana/errors/classify.ts
var is = /* @__PURE__ */ __name((...statuses) => (status) => statuses.includes(status), "is");
var below500 = /* @__PURE__ */ __name((status) => status < 500, "below500");
var RULES = [
  { kind: "body_too_large", status: is(413) },
  { kind: "insufficient_balance", words: BALANCE },
  { kind: "insufficient_balance", status: is(402) },
  { kind: "insufficient_balance", status: is(403), words: QUOTA_EXCEEDED },
  { kind: "key_expired", status: is(401, 403), words: EXPIRED },
  { kind: "key_expired", status: is(400), words: /api[_ -]?key.{0,30}expired|令牌.{0,4}过期/ },
  { kind: "key_expired", status: is(401), words: /expired|过期/ },
  { kind: "model_not_available", words: NO_CHANNEL },
  { kind: "model_not_available", status: below500, words: NO_MODEL },
  { kind: "unknown_task", status: below500, words: UNKNOWN_TASK },
  { kind: "invalid_key", status: is(401) },
  { kind: "invalid_key", status: is(403), words: BAD_KEY },
  { kind: "invalid_key", status: is(400), words: BAD_API_KEY },
  { kind: "body_too_large", status: is(400, 422, 500), words: TOO_LARGE },
  { kind: "prompt_refused", status: /* @__PURE__ */ __name((status) => status <= 500 && status !== 429, "status"), words: REFUSED },
  { kind: "idempotency_conflict", status: is(400, 409, 422), words: /idempoten/ },
  { kind: "rate_limited", status: is(400, 403), words: RATE },
  { kind: "access_denied", status: is(403, 451) },
  { kind: "not_offered", status: is(404, 405), words: NOT_OFFERED },
  { kind: "not_offered", status: is(400), words: NO_ASYNC },
  { kind: "not_offered", status: is(501) },
  { kind: "unknown_task", status: is(410) },
  { kind: "wrong_base_url", status: /* @__PURE__ */ __name((status) => status === 404 || status === 405 || status >= 300 && status < 400, "status") },
  { kind: "rate_limited", status: is(429) },
  { kind: "invalid_request", status: /* @__PURE__ */ __name((status) => status >= 400 && status < 500, "status") },
  { kind: "upstream_down", status: /* @__PURE__ */ __name((status) => status >= 500, "status") }
];
function classify(status, body, headers = {}) {
  const said2 = readErrorBody(body);
  const rule = RULES.find((row) => (row.status?.(status) ?? true) && (row.words?.test(said2.all) ?? true));
  const isForeignPage = isWebPage(body) && status < 500 && !is(401, 402, 403, 413, 429)(status);
  return {
    kind: isForeignPage ? "wrong_base_url" : rule?.kind ?? "invalid_request",
    httpStatus: status,
    ...said2.message && { gatewayMessage: said2.message },
    ...said2.code && { gatewayCode: said2.code },
    ...betweenFailure(status, body, headers)
  };
}
__name(classify, "classify");
function betweenFailure(status, body, headers) {
  if (status === 407)
    return {
      kind: "unreachable",
      message: "The proxy requires a user name and password",
      nextStep: "Add them to the proxy URL in n8n's environment variables."
    };
  const location = status >= 300 && status < 400 ? firstText(headers, "location") : void 0;
  if (location !== void 0)
    return {
      kind: "wrong_base_url",
      message: `The API redirects to ${location.slice(0, 300)}`,
      nextStep: "If this is the right API, enter its URL as 'Base URL' in the credential."
    };
  if (isChallenge(status, body, headers))
    return {
      kind: "access_denied",
      message: "Cloudflare asks this server to prove that it is not a bot",
      nextStep: "Ask your provider to allow your server's IP address."
    };
  return {};
}
__name(betweenFailure, "betweenFailure");
function isChallenge(status, body, headers) {
  if (![403, 429, 503].includes(status)) return false;
  return own(headers, "cf-mitigated") === "challenge" || isWebPage(body) && /^just a moment/i.test(pageTitle(body));
}
__name(isChallenge, "isChallenge");
function failureOf(decoded) {
  const { cause, reason, code, taskId } = decoded;
  const isRefused = cause === "promptRefused" || classify(400, { code, message: reason }).kind === "prompt_refused";
  const kind = cause === "resultExpired" ? "result_expired" : cause === "noImage" ? "no_image" : "task_failed";
  return {
    kind: isRefused ? "prompt_refused" : kind,
    gatewayMessage: reason,
    ...code && { gatewayCode: code },
    ...taskId && { taskId }
  };
}
__name(failureOf, "failureOf");
function isInvalidRequest(body) {
  return INVALID.test(readErrorBody(body).all);
}
__name(isInvalidRequest, "isInvalidRequest");
function provesNothingAccepted(status, body, headers) {
  const kind = classify(status, body, headers).kind;
  if (status === 429) return kind === "rate_limited";
  return status === 503 && typeof body !== "string" && kind === "upstream_down" && NOTHING_ACCEPTED.test(readErrorBody(body).all);
}
__name(provesNothingAccepted, "provesNothingAccepted");
function mayHaveTaken(status) {
  return [408, 409, 429, 499].includes(status) || status >= 500;
}
__name(mayHaveTaken, "mayHaveTaken");
function leavesItUnclear(status, body, headers) {
  if (status === 408 || status === 499) return true;
  return status >= 500 && classify(status, body, headers).kind === "upstream_down" && !provesNothingAccepted(status, body);
}
__name(leavesItUnclear, "leavesItUnclear");
function isPassing(status) {
  return [408, 425, 429].includes(status) || status >= 500;
}
__name(isPassing, "isPassing");

// nodes/NanoBanana/gateway/networkErrors.ts
var CLOSED = "The connection was closed before the response was complete";
var FAULTS = [
  {
    sign: /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/,
    reason: "The server's certificate is self-signed. If you trust it, turn on 'Ignore SSL Issues (Insecure)' under 'Request Options'",
    sent: "neverWill"
  },
  { sign: /CERT_HAS_EXPIRED/, reason: "The server's certificate has expired", sent: "neverWill" },
  { sign: /ALTNAME_INVALID/, reason: "The server's certificate is for a different host", sent: "neverWill" },
  { sign: /CERT|ERR_TLS/, reason: "The server's certificate is not valid", sent: "neverWill" },
  {
    sign: /ERR_INVALID_(URL|PROTOCOL)|ERR_UNSUPPORTED_PROTOCOL|invalid url|unsupported protocol/i,
    reason: "The URL is not valid",
    sent: "neverWill"
  },
  {
    sign: /blocked because|restricted ip|not allowed/i,
    reason: "n8n's settings do not allow requests to this host",
    sent: "neverWill"
  },
  { sign: /ECONNREFUSED/, reason: "The connection was refused", sent: "never" },
  { sign: /ENOTFOUND|EAI_AGAIN/, reason: "The host name was not found", sent: "never" },
  {
    sign: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL/,
    reason: "The network does not reach this host",
    sent: "never"
  },
  { sign: /wrong version number/i, reason: "This port does not accept https://", sent: "never" },
  { sign: /before secure TLS/i, reason: "The connection was closed during the TLS handshake", sent: "never" },
  { sign: /ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT|_TIMEOUT/, reason: "The connection timed out" },
  { sign: /socket hang up|aborted|premature close|ERR_STREAM_PREMATURE_CLOSE/i, reason: CLOSED },
  { sign: /ECONNRESET|EPIPE/, reason: "The connection was reset" },
  { sign: /EPROTO|ERR_SSL/, reason: "The TLS connection broke" },
  { sign: /HPE_/, reason: "The server's response is not valid HTTP" },
  { sign: /Z_\w+_ERROR|ERR_\w*BROTLI|ZSTD_|decompress/i, reason: "The compressed response cannot be read" }
];
function readNetworkError(thrown) {
  const chain = causes(thrown);
  const signs = chain.flatMap((error) => [error.code, error.httpCode, error.message]).map(String);
  const fault = FAULTS.find(({ sign }) => signs.some((text) => sign.test(text)));
  if (fault?.sent === "neverWill") return { kind: "unsent", reason: fault.reason, lasting: true };
  if (fault?.sent === "never") return { kind: "unsent", reason: fault.reason, lasting: false };
  if (isTlsAlert(chain)) return { kind: "unsent", reason: "This port expects https://", lasting: false };
  const unsent = unsentReason(chain);
  if (unsent) return { kind: "unsent", reason: unsent, lasting: false };
  const code = signs.find((text) => /^E[A-Z_]{3,}$/.test(text));
  return { kind: "unclear", reason: fault?.reason ?? (code ? `The request failed (${code})` : "The request failed") };
}
__name(readNetworkError, "readNetworkError");
function readProxyError(status, headers, url) {
  const isConnect = /^https:/i.test(url) && status >= 400 && status !== 407;
  const isProxy = headers["x-squid-error"] !== void 0 || /^tinyproxy\b/i.test(String(headers.server));
  if (!isConnect || !isProxy) return void 0;
  const isForbidden = status < 500;
  return {
    kind: "unsent",
    reason: isForbidden ? "The proxy does not allow this host" : "The proxy could not connect to the API",
    lasting: isForbidden
  };
}
__name(readProxyError, "readProxyError");
function unsentReason(chain) {
  if (chain.some(({ syscall }) => syscall === "connect" || syscall === "getaddrinfo"))
    return "The connection could not be opened";
  const request = chain.map((error) => error.request).find((found) => typeof found === "object" && found !== null);
  if (request === void 0) return void 0;
  const { socket } = request;
  if (!socket) return "The proxy closed the connection";
  return socket.secureConnecting === true ? "The connection was closed during the TLS handshake" : void 0;
}
__name(unsentReason, "unsentReason");
function isTlsAlert(chain) {
  return chain.some(({ rawPacket }) => Buffer.isBuffer(rawPacket) && rawPacket[0] === 21 && rawPacket[1] === 3);
}
__name(isTlsAlert, "isTlsAlert");
function causes(thrown) {
  const chain = [];
  let next = thrown;
  while (typeof next === "object" && next !== null && chain.length < 8) {
    const { code, httpCode, message, syscall, request, rawPacket, cause } = next;
    chain.push({ code, httpCode, message, syscall, request, rawPacket });
    next = cause;
  }
  return chain;
}
__name(causes, "causes");

// nodes/NanoBanana/gateway/httpRequest.ts
var SMALL_BYTES = 64 * 1024;
var UNKNOWN_LENGTH_BYTES = 16 * MEGABYTE;
var QUEUE_BYTES = MEGABYTE;
async function httpRequest(signal, url, limits, send) {
  return await openRequest(signal, url, limits, send, async (response) => {
    const bytes = await readBytes(response);
    assertWhole(response, () => isCompleteJson(bytes));
    return { kind: "reply", status: response.status, headers: response.headers, bytes };
  });
}
__name(httpRequest, "httpRequest");
async function openRequest(signal, url, limits, send, read) {
  throwIfCanceled(signal);
  const controller = new AbortController();
  const abort = /* @__PURE__ */ __name(() => controller.abort(), "abort");
  const forgetSignal = onAbort(signal, abort);
  const timer = startTimer(limits, abort);
  let response;
  try {
    const sent = await send(Math.ceil(limits.timeoutMs) + 1e3, controller.signal);
    const headers = record(sent.headers);
    const refused = readProxyError(sent.statusCode, headers, url);
    if (refused) return refused;
    response = openResponse(sent, headers, limits, timer, controller.signal);
    return await read(response);
  } catch (thrown) {
    throwIfCanceled(signal);
    if (response && thrown !== response.error) throw failureError(toFailure(thrown));
    if (thrown instanceof TooLargeError) return { kind: "tooLarge", limit: limits.maxBytes };
    const error = readNetworkError(thrown);
    return { ...error, ...timer.reason && { reason: timer.reason }, ...response && { headers: response.headers } };
  } finally {
    timer.stop();
    forgetSignal();
    abort();
  }
}
__name(openRequest, "openRequest");
function throwIfCanceled(signal) {
  if (signal?.aborted) throw failureError({ kind: "canceled" });
}
__name(throwIfCanceled, "throwIfCanceled");
function assertWhole({ error }, isWhole) {
  if (error && (error instanceof TooLargeError || !isWhole())) throw error;
}
__name(assertWhole, "assertWhole");
async function readBytes(response, start = Buffer.alloc(0)) {
  const announced = Number(response.headers["content-length"]);
  let bytes = start;
  let size = start.length;
  let isReserved = false;
  for await (const chunk of response.chunks) {
    const end = size + chunk.length;
    const isAnnounced = announced >= end;
    if (end > SMALL_BYTES && !isReserved) {
      isReserved = true;
      await response.reserveMemory(isAnnounced ? announced : UNKNOWN_LENGTH_BYTES);
    }
    if (end > bytes.length) {
      const larger = Buffer.allocUnsafe(isReserved ? Math.max(isAnnounced ? announced : bytes.length * 2, end) : end);
      bytes.copy(larger, 0, 0, size);
      bytes = larger;
    }
    chunk.copy(bytes, size);
    size = end;
  }
  return bytes.subarray(0, size);
}
__name(readBytes, "readBytes");
function isCompleteJson(bytes) {
  const value = parseJson(bytes.toString("utf8"));
  return typeof value === "object" && value !== null;
}
__name(isCompleteJson, "isCompleteJson");
var TooLargeError = class extends Error {
  static {
    __name(this, "TooLargeError");
  }
};
function openResponse(sent, headers, { maxBytes, reserveMemory }, timer, signal) {
  const body = sent.body;
  const queue = [];
  let queued = 0;
  let isOver = false;
  let wake = /* @__PURE__ */ __name(() => void 0, "wake");
  const add = /* @__PURE__ */ __name((chunk) => {
    queue.push(chunk);
    queued += chunk.length;
    timer.touch();
    wake();
  }, "add");
  const end = /* @__PURE__ */ __name((error) => {
    if (!isOver) response.error = error;
    isOver = true;
    wake();
  }, "end");
  async function* read() {
    for (let size = 0; ; ) {
      timer.touch();
      const chunk = queue.shift();
      if (chunk) {
        queued -= chunk.length;
        size += chunk.length;
        if (size > maxBytes) {
          response.error = new TooLargeError();
          return;
        }
        if (isStream(body) && queued < QUEUE_BYTES) body.resume();
        yield chunk;
      } else if (isOver) return;
      else await new Promise((resolve) => wake = resolve);
    }
  }
  __name(read, "read");
  const response = {
    status: sent.statusCode,
    headers,
    chunks: read(),
    reserveMemory: /* @__PURE__ */ __name(async (bytes) => await timer.paused(reserveMemory?.(bytes)), "reserveMemory")
  };
  if (isStream(body)) {
    body.on("data", (chunk) => {
      add(chunk);
      if (queued >= QUEUE_BYTES) body.pause();
    });
    body.on("end", () => end());
    body.on("error", end);
    body.on("close", () => end(new Error("premature close")));
    signal.addEventListener("abort", () => end(new Error("aborted")), { once: true });
  } else {
    add(Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body ?? "")));
    end();
  }
  return response;
}
__name(openResponse, "openResponse");
function isStream(body) {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
__name(isStream, "isStream");
function startTimer({ timeoutMs, idleMs = Infinity }, onEnd) {
  let endsAt = Date.now() + timeoutMs;
  let touchedAt = Date.now();
  let alarm;
  const stop = /* @__PURE__ */ __name(() => alarm?.removeEventListener("abort", check), "stop");
  const check = /* @__PURE__ */ __name(() => {
    const restMs = endsAt - Date.now();
    const quietRestMs = touchedAt + idleMs - Date.now();
    if (Math.min(restMs, quietRestMs) > 0) return arm(Math.min(restMs, quietRestMs));
    const [what, ms] = restMs <= 0 ? ["no complete response", timeoutMs] : ["no data", idleMs];
    timer.reason = `There was ${what} within ${Math.round(ms / 1e3)} seconds`;
    onEnd();
  }, "check");
  const arm = /* @__PURE__ */ __name((ms) => {
    alarm = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
    alarm.addEventListener("abort", check, { once: true });
  }, "arm");
  const timer = {
    touch: /* @__PURE__ */ __name(() => void (touchedAt = Date.now()), "touch"),
    async paused(waiting) {
      stop();
      const since = Date.now();
      await waiting;
      endsAt += Date.now() - since;
      timer.touch();
      check();
    },
    stop
  };
  check();
  return timer;
}
__name(startTimer, "startTimer");

// nodes/NanoBanana/lib/multipart.ts
var import_node_crypto2 = require("node:crypto");
function textParts(fields) {
  return Object.entries(fields).filter(([, value]) => value !== void 0 && value !== null).map(([name, value]) => ({ name, value: typeof value === "object" ? JSON.stringify(value) : String(value) }));
}
__name(textParts, "textParts");
function encodeForm(parts) {
  const digest = (0, import_node_crypto2.createHash)("sha256");
  for (const part of parts) digest.update(part.name).update(part.value);
  const boundary = `----nanobanana${digest.digest("hex").slice(0, 32)}`;
  const chunks = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r
${headersOf(part)}\r
\r
`),
    Buffer.isBuffer(part.value) ? part.value : Buffer.from(part.value),
    Buffer.from("\r\n")
  ]);
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r
`)]),
    contentType: `multipart/form-data; boundary=${boundary}`
  };
}
__name(encodeForm, "encodeForm");
function headersOf(part) {
  const file = part.fileName === void 0 ? "" : `; filename="${quoted(part.fileName)}"\r
Content-Type: ${part.mimeType ?? "application/octet-stream"}`;
  return `Content-Disposition: form-data; name="${quoted(part.name)}"${file}`;
}
__name(headersOf, "headersOf");
function quoted(text) {
  return text.replace(new RegExp("\\p{Cc}", "gu"), " ").replace(/"/g, "%22");
}
__name(quoted, "quoted");

// nodes/NanoBanana/gateway/gatewayClient.ts
var CREDENTIAL = "nanoBananaApi";
async function sendCall(client, call, idempotencyKey, limits) {
  const form = call.form && encodeForm(call.form);
  return await callApi(client, call.path, limits, {
    method: "POST",
    headers: {
      ...API_HEADERS,
      "content-type": form?.contentType ?? "application/json",
      "idempotency-key": idempotencyKey
    },
    body: form?.body ?? JSON.stringify(call.json ?? {})
  });
}
__name(sendCall, "sendCall");
async function readApi(client, path, limits) {
  return await callApi(client, path, limits, { method: "GET", headers: API_HEADERS });
}
__name(readApi, "readApi");
async function readFile(client, url, limits, read, wantsKey) {
  const fetchFile = /* @__PURE__ */ __name(async (target2) => await openRequest(client.signal, target2, limits, withoutKey(client, fileOptions(client, target2)), read), "fetchFile");
  const first = await fetchFile(url);
  if (first.kind !== "reply" || !isHome(client, url) || !wantsKey(first)) return first;
  const options = { ...fileOptions(client, url), disableFollowRedirect: true };
  const second = await openRequest(client.signal, url, limits, withKey(client, options), read);
  const target = second.kind === "reply" ? redirectTarget(second, url) : void 0;
  return target ? await fetchFile(target) : second;
}
__name(readFile, "readFile");
function redirectTarget({ status, headers }, url) {
  const { location } = headers;
  if (status < 300 || status >= 400 || typeof location !== "string" || !URL.canParse(location, url)) return void 0;
  const target = new URL(location, url);
  return target.protocol === "http:" || target.protocol === "https:" ? target.href : void 0;
}
__name(redirectTarget, "redirectTarget");
var ENCODING = { "accept-encoding": "identity" };
var API_HEADERS = { accept: "application/json", ...ENCODING };
async function callApi(client, path, limits, request) {
  const reason = baseUrlFault(client);
  if (reason) return { kind: "unsent", reason, lasting: true };
  const url = `${client.base.baseURL ?? ""}${path}`;
  const options = { ...connection(client), ...request, url, disableFollowRedirect: true };
  return await httpRequest(client.signal, url, limits, withKey(client, options));
}
__name(callApi, "callApi");
function baseUrlFault({ base }) {
  if (!URL.canParse(base.baseURL ?? "")) return "'Base URL' in the credential is empty or not a URL";
  const { username, password } = new URL(base.baseURL ?? "");
  return username || password ? "'Base URL' must not contain a user name or password" : void 0;
}
__name(baseUrlFault, "baseUrlFault");
function isHome({ base }, url) {
  if (!URL.canParse(url) || !URL.canParse(base.baseURL ?? "")) return false;
  return new URL(url).origin === new URL(base.baseURL ?? "").origin;
}
__name(isHome, "isHome");
function fileOptions(client, url) {
  return { ...connection(client), method: "GET", url, headers: { accept: "image/*,*/*;q=0.5", ...ENCODING } };
}
__name(fileOptions, "fileOptions");
function connection({ base }) {
  const { proxy, skipSslCertificateValidation, allowedDomains } = base;
  return {
    ...proxy && { proxy },
    ...skipSslCertificateValidation && { skipSslCertificateValidation: true },
    ...allowedDomains && { allowedDomains },
    encoding: "stream",
    returnFullResponse: true,
    ignoreHttpStatusErrors: true
  };
}
__name(connection, "connection");
function withoutKey(client, options) {
  return async (timeout, signal) => await client.ctx.helpers.httpRequest({ ...options, timeout, abortSignal: signal });
}
__name(withoutKey, "withoutKey");
function withKey(client, options) {
  return async (timeout, signal) => {
    const own2 = Object.create(client.ctx, {
      getExecutionCancelSignal: { value: /* @__PURE__ */ __name(() => signal, "value") }
    });
    const request = { ...options, timeout, abortSignal: signal };
    return await client.ctx.helpers.httpRequestWithAuthentication.call(own2, CREDENTIAL, request);
  };
}
__name(withKey, "withKey");

// nodes/NanoBanana/images/imageFormat.ts
var EMPTY = Buffer.alloc(0);
var JPEG_END = Buffer.from([255, 217]);
function createImageReader() {
  let facts;
  const parser = parseImage((found) => facts = found);
  let step = parser.next(EMPTY);
  let pending2 = EMPTY;
  return {
    get facts() {
      return facts;
    },
    push(chunk) {
      let rest = pending2.length > 0 ? Buffer.concat([pending2, chunk]) : chunk;
      while (!step.done) {
        const wanted = step.value;
        if (wanted === "findJpegEnd") {
          const at = rest.indexOf(JPEG_END);
          if (at < 0) {
            rest = rest.subarray(rest.length - (rest.at(-1) === 255 ? 1 : 0));
            break;
          }
          rest = rest.subarray(at + JPEG_END.length);
          step = parser.next(EMPTY);
        } else if ("skip" in wanted) {
          const skipped = Math.min(wanted.skip, rest.length);
          rest = rest.subarray(skipped);
          wanted.skip -= skipped;
          if (wanted.skip > 0) break;
          step = parser.next(EMPTY);
        } else {
          const size = "take" in wanted ? wanted.take : wanted.peek;
          if (rest.length < size) break;
          step = parser.next(rest.subarray(0, size));
          if ("take" in wanted) rest = rest.subarray(size);
        }
      }
      pending2 = step.done ? EMPTY : Buffer.from(rest);
    }
  };
}
__name(createImageReader, "createImageReader");
function readImageFormat(bytes) {
  const reader = createImageReader();
  reader.push(bytes);
  return reader.facts;
}
__name(readImageFormat, "readImageFormat");
function isWholeImage(facts, brokeOff) {
  if (!facts?.complete) return false;
  return !brokeOff || !["image/avif", "image/heic"].includes(facts.mimeType);
}
__name(isWholeImage, "isWholeImage");
function* parseImage(show) {
  const start = yield { peek: 12 };
  const found = /* @__PURE__ */ __name((facts) => {
    show(facts);
    return facts;
  }, "found");
  if (start.readUInt32BE(0) === 2303741511 && start.readUInt32BE(4) === 218765834) {
    yield* parsePng(found({ mimeType: "image/png", extension: "png", complete: false }));
  } else if (start[0] === 255 && start[1] === 216 && start[2] === 255) {
    yield* parseJpeg(found({ mimeType: "image/jpeg", extension: "jpg", complete: false }));
  } else if (ascii(start, 0, 4) === "RIFF" && ascii(start, 8, 12) === "WEBP") {
    yield* parseWebp(found({ mimeType: "image/webp", extension: "webp", complete: false }));
  } else if (ascii(start, 0, 4) === "GIF8") {
    const size = { width: start.readUInt16LE(6), height: start.readUInt16LE(8) };
    yield* parseGif(found({ mimeType: "image/gif", extension: "gif", ...size, complete: false }));
  } else if (ascii(start, 4, 8) === "ftyp") {
    const box = yield { peek: Math.min(Math.max(start.readUInt32BE(0), 12), 200) };
    const brands = ascii(box, 8, box.length);
    if (/avi[fs]/.test(brands)) found({ mimeType: "image/avif", extension: "avif", complete: true });
    else if (/^(hei[cxms]|hevc|m[is]f1)/.test(brands))
      found({ mimeType: "image/heic", extension: "heic", complete: true });
  }
}
__name(parseImage, "parseImage");
function* parsePng(facts) {
  yield { take: 8 };
  for (; ; ) {
    const chunk = yield { take: 8 };
    let length = chunk.readUInt32BE(0);
    const name = ascii(chunk, 4, 8);
    if (name === "IHDR" && length >= 8) {
      const size = yield { take: 8 };
      facts.width = size.readUInt32BE(0);
      facts.height = size.readUInt32BE(4);
      length -= 8;
    }
    yield { skip: length + 4 };
    if (name === "IEND") break;
  }
  facts.complete = true;
}
__name(parsePng, "parsePng");
function* parseJpeg(facts) {
  yield { take: 2 };
  for (; ; ) {
    const [start, marker] = yield { peek: 2 };
    if (start !== 255 || marker === 218 || marker === 217) break;
    if (marker === 255) {
      yield { skip: 1 };
      continue;
    }
    if (marker >= 192 && marker <= 207 && ![196, 200, 204].includes(marker)) {
      const frame = yield { peek: 9 };
      facts.height = frame.readUInt16BE(5);
      facts.width = frame.readUInt16BE(7);
    }
    const head = yield { peek: 4 };
    yield { skip: 2 + head.readUInt16BE(2) };
  }
  yield "findJpegEnd";
  facts.complete = true;
}
__name(parseJpeg, "parseJpeg");
function* parseWebp(facts) {
  const start = yield { peek: 30 };
  const chunk = ascii(start, 12, 16);
  if (chunk === "VP8X") {
    facts.width = start.readUIntLE(24, 3) + 1;
    facts.height = start.readUIntLE(27, 3) + 1;
  } else if (chunk === "VP8L") {
    const bits = start.readUInt32LE(21);
    facts.width = (bits & 16383) + 1;
    facts.height = (bits >> 14 & 16383) + 1;
  } else if (chunk === "VP8 ") {
    facts.width = start.readUInt16LE(26) & 16383;
    facts.height = start.readUInt16LE(28) & 16383;
  }
  yield { skip: start.readUInt32LE(4) + 8 };
  facts.complete = true;
}
__name(parseWebp, "parseWebp");
function* parseGif(facts) {
  const tableBytes = /* @__PURE__ */ __name((flags) => flags & 128 ? 3 * 2 ** ((flags & 7) + 1) : 0, "tableBytes");
  const screen = yield { take: 13 };
  yield { skip: tableBytes(screen[10]) };
  for (; ; ) {
    const [block] = yield { take: 1 };
    if (block === 59) break;
    if (block === 33) {
      yield { skip: 1 };
    } else if (block === 44) {
      const image = yield { take: 9 };
      yield { skip: tableBytes(image[8]) + 1 };
    } else return;
    for (let [size] = yield { take: 1 }; size > 0; [size] = yield { take: 1 }) yield { skip: size };
  }
  facts.complete = true;
}
__name(parseGif, "parseGif");
function ascii(bytes, from, to) {
  return bytes.toString("latin1", from, to);
}
__name(ascii, "ascii");
var LEAST_BYTES = 100;
var SAMPLE_BYTES = 2e3;
var TEXT_START = /^[\s\u00ef\u00bb\u00bf]*(<html|<!doctype|<\?xml|\{")/i;
function readUnknownFile(bytes, contentType = "", url = "") {
  if (bytes.length < LEAST_BYTES || isText(bytes.subarray(0, SAMPLE_BYTES))) return void 0;
  const mimeType = contentType.split(";")[0].trim().toLowerCase() || "application/octet-stream";
  const ofType = /^image\/(?:x-)?([a-z0-9]{2,5})$/.exec(mimeType)?.[1];
  const ofUrl = /\.([a-z0-9]{2,4})$/i.exec(url.split(/[?#]/)[0])?.[1].toLowerCase();
  return { mimeType, extension: (ofType === "jpeg" ? "jpg" : ofType) ?? ofUrl ?? "bin" };
}
__name(readUnknownFile, "readUnknownFile");
function isText(start) {
  if (TEXT_START.test(start.toString("latin1"))) return true;
  const isControl = /* @__PURE__ */ __name((byte) => byte < 9 || byte > 13 && byte < 32 && byte !== 27, "isControl");
  const text = start.toString("utf8").replace(/\ufffd+$/, "");
  return !start.some(isControl) && !text.includes("\uFFFD");
}
__name(isText, "isText");

// nodes/NanoBanana/images/downloadImage.ts
var INCOMPLETE = "is incomplete: the file contains what was in the response";
var UNKNOWN_FORMAT = "has an unknown format: the file contains the bytes as they came";
var IDLE_MS = 15e3;
var STREAM_FROM_BYTES = MEGABYTE;
var FIRST_PAUSE_MS = 300;
var LONGEST_PAUSE_MS = 8e3;
var FEW_TRIES = 4;
var LAG_MS = 2e4;
var REFRESHES = 2;
async function downloadImage(ref, options) {
  if (ref.kind === "url") return await downloadUrl(ref.url, options);
  const first = decodeBase64(ref.base64, options.maxBytes);
  const isWhole = first.file !== void 0 && first.warning === void 0;
  const fresh = isWhole || first.isTooLarge ? void 0 : await options.refresh?.();
  if (fresh?.kind === "base64") {
    const second = decodeBase64(fresh.base64, options.maxBytes);
    const isBetter = second.file !== void 0 && second.warning === void 0;
    return await saveDecoded(isBetter || !first.file ? second : first, options);
  }
  if (fresh) {
    const second = await downloadUrl(fresh.url, { ...options, refresh: void 0 });
    if (!first.file || second.kind === "image" && !second.warning) return second;
  }
  return await saveDecoded(first, options);
}
__name(downloadImage, "downloadImage");
function decodeBase64(base64, maxBytes) {
  if (base64.length * 0.75 > maxBytes + 2) return { reason: tooLarge(maxBytes), isTooLarge: true };
  const bytes = Buffer.from(base64, "base64");
  const facts = readImageFormat(bytes);
  if (facts) return { file: { facts, bytes }, ...!facts.complete && { warning: INCOMPLETE } };
  const unknown = isBase64(base64) ? readUnknownFile(bytes) : void 0;
  if (unknown) return { file: { facts: unknown, bytes }, warning: UNKNOWN_FORMAT };
  return { reason: "The data in the response is not an image" };
}
__name(decodeBase64, "decodeBase64");
function isBase64(text) {
  const bare = text.trim().replace(/[\r\n]+/g, "");
  return bare.length % 4 !== 1 && /^[\w+/-]+={0,2}$/.test(bare);
}
__name(isBase64, "isBase64");
async function saveDecoded({ file, warning, reason }, options) {
  if (!file) return { kind: "missing", reason: reason ?? "" };
  return { kind: "image", saved: await options.save(file), ...warning && { warning } };
}
__name(saveDecoded, "saveDecoded");
async function downloadUrl(address, options) {
  const { clock, client } = options;
  let { deadline } = options;
  let url = address;
  let tries = 0;
  let seldom = 0;
  let refreshes = 0;
  let goneSince;
  const waitFor = /* @__PURE__ */ __name(async (waiting) => {
    const since = clock.now();
    const result = await waiting;
    deadline += clock.now() - since;
    return result;
  }, "waitFor");
  for (; ; ) {
    throwIfCanceled(client.signal);
    tries += 1;
    const attempt = await tryDownload(url, options, {
      idleMs: IDLE_MS * tries,
      timeoutMs: /* @__PURE__ */ __name(() => Math.max(1e3, deadline - clock.now()), "timeoutMs"),
      waitFor
    });
    if (attempt.kind === "reply" && attempt.image) return { kind: "image", saved: attempt.image.saved };
    const end = /* @__PURE__ */ __name(async () => {
      const unknown = options.allowKey !== false && unknownFile(attempt, url);
      if (!unknown) return { kind: "missing", url, reason: reasonOf(attempt) };
      return { kind: "image", saved: await options.save(unknown), warning: UNKNOWN_FORMAT };
    }, "end");
    if (isGone(attempt) && options.refresh && refreshes < REFRESHES) {
      refreshes += 1;
      const fresh = await options.refresh();
      if (fresh?.kind === "base64") return await saveDecoded(decodeBase64(fresh.base64, options.maxBytes), options);
      if (fresh && fresh.url !== url) {
        url = fresh.url;
        continue;
      }
    }
    const now = clock.now();
    const isLagging = isGone(attempt) && options.isFresh === true;
    if (isGone(attempt)) goneSince ??= now;
    if (passes(attempt) === "never") return await end();
    if (isLagging && now - (goneSince ?? now) >= LAG_MS) return await end();
    if (passes(attempt) === "seldom" && !isLagging && ++seldom >= FEW_TRIES) return await end();
    const asked = attempt.kind === "reply" ? retryAfterMs(attempt.headers["retry-after"], now) : 0;
    const growth = Math.max(asked, jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10))));
    const pauseMs = isLagging ? Math.min(growth, (goneSince ?? now) + LAG_MS - now) : growth;
    if (now + pauseMs >= deadline) return await end();
    await clock.pause(pauseMs, client.signal);
  }
}
__name(downloadUrl, "downloadUrl");
async function tryDownload(url, options, { idleMs, timeoutMs, waitFor }) {
  const transfer = options.startTransfer && await waitFor(options.startTransfer());
  try {
    throwIfCanceled(options.client.signal);
    const limits = {
      timeoutMs: timeoutMs(),
      idleMs,
      maxBytes: options.maxBytes,
      ...transfer && { reserveMemory: /* @__PURE__ */ __name(async (bytes) => await waitFor(transfer.reserveMemory(bytes)), "reserveMemory") }
    };
    const wantsKey = /* @__PURE__ */ __name((attempt) => options.allowKey !== false && !isPassing(attempt.status) && !attempt.facts && !unknownFile(attempt, url), "wantsKey");
    const read = /* @__PURE__ */ __name(async (response) => await readImage(response, url, options), "read");
    return await readFile(options.client, url, limits, read, wantsKey);
  } finally {
    transfer?.end();
  }
}
__name(tryDownload, "tryDownload");
async function readImage(response, url, options) {
  const { status, headers } = response;
  const reply = { kind: "reply", status, headers };
  const isFile = status >= 200 && status < 300;
  const start = await readStart(response, isFile && options.saveStream ? STREAM_FROM_BYTES : 0);
  if (start.length >= STREAM_FROM_BYTES && options.saveStream) {
    const reader = createImageReader();
    reader.push(start);
    const { facts: facts2 } = reader;
    const rest = restOfImage(response, start, reader);
    const saved = facts2 && await options.saveStream({ facts: facts2, url }, rest).catch(unlessIncomplete);
    if (facts2 && saved !== void 0) return { ...reply, bytes: start, facts: facts2, image: { saved } };
  }
  const bytes = await readBytes(response, start);
  const facts = isFile ? readImageFormat(bytes) : void 0;
  const isWhole = isWholeImage(facts, response.error !== void 0);
  assertWhole(response, () => isWhole);
  if (!facts || !isWhole) return { ...reply, bytes, facts };
  return { ...reply, bytes, facts, image: { saved: await options.save({ facts, bytes, url }) } };
}
__name(readImage, "readImage");
async function readStart({ chunks }, size) {
  const parts = [];
  let length = 0;
  while (length < size) {
    const next = await chunks.next();
    if (next.done) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(parts, length);
}
__name(readStart, "readStart");
async function* restOfImage(response, start, reader) {
  yield start;
  for await (const chunk of response.chunks) {
    reader.push(chunk);
    yield chunk;
  }
  const isWhole = isWholeImage(reader.facts, response.error !== void 0);
  assertWhole(response, () => isWhole);
  if (!isWhole) throw new IncompleteError();
}
__name(restOfImage, "restOfImage");
var IncompleteError = class extends Error {
  static {
    __name(this, "IncompleteError");
  }
};
function unlessIncomplete(thrown) {
  if (!(thrown instanceof IncompleteError)) throw thrown;
}
__name(unlessIncomplete, "unlessIncomplete");
function unknownFile(attempt, url) {
  if (attempt.kind !== "reply" || attempt.status < 200 || attempt.status >= 300 || attempt.facts) return void 0;
  const type = String(attempt.headers["content-type"] ?? "");
  if (!/^\s*(image\/|application\/octet-stream)/i.test(type)) return void 0;
  const facts = readUnknownFile(attempt.bytes, type, url);
  return facts && { facts, bytes: attempt.bytes, url };
}
__name(unknownFile, "unknownFile");
function isGone(attempt) {
  return attempt.kind === "reply" && [401, 403, 404, 410].includes(attempt.status);
}
__name(isGone, "isGone");
function passes(attempt) {
  if (attempt.kind === "tooLarge") return "never";
  if (attempt.kind === "unsent") return attempt.lasting ? "never" : "seldom";
  if (attempt.kind === "unclear" || isPassing(attempt.status)) return "often";
  return attempt.status < 300 || isGone(attempt) ? "seldom" : "never";
}
__name(passes, "passes");
function reasonOf(attempt) {
  if (attempt.kind === "tooLarge") return tooLarge(attempt.limit);
  if (attempt.kind !== "reply") return redact(attempt.reason);
  if (attempt.status >= 300) return `HTTP ${attempt.status}`;
  if (attempt.facts) return "The file is incomplete";
  return attempt.bytes.length === 0 ? "The file is empty" : "The URL does not lead to an image";
}
__name(reasonOf, "reasonOf");
function tooLarge(limit) {
  return `It is larger than ${megabytes(limit)}, the 'Max Download Size' under Options`;
}
__name(tooLarge, "tooLarge");

// nodes/NanoBanana/formats/decode/imageRef.ts
var IMAGE_MAGIC = /^(iVBORw0KGgo|[/_]9j[/_]|UklGR|R0lGOD)/;
var BASE64 = /^[\w+/-]+={0,2}$/;
function refsIn(entry, baseUrl) {
  const url = own(entry, "url");
  const texts = Array.isArray(url) ? url : [typeof entry === "string" ? entry : url];
  const refs = texts.flatMap((text) => refFrom(text, baseUrl) ?? []);
  return refs.length > 0 ? refs : [refFrom(own(entry, "b64_json"), baseUrl, true) ?? []].flat();
}
__name(refsIn, "refsIn");
function refFrom(value, baseUrl, isBase642 = false) {
  if (typeof value !== "string") return void 0;
  const text = value.trim();
  if (/^data:/i.test(text)) return refFromDataUri(text);
  if (IMAGE_MAGIC.test(text) || isBase642 && BASE64.test(text.slice(0, 200).replace(/[\r\n]+/g, "")) && text.length > 15)
    return { kind: "base64", base64: text };
  if (!/^(https?:\/\/|\/)\S+$/i.test(text.slice(0, 1e4))) return void 0;
  try {
    const url = new URL(text, `${baseUrl.replace(/\/+$/, "")}/`);
    return url.protocol === "http:" || url.protocol === "https:" ? { kind: "url", url: url.href } : void 0;
  } catch {
    return void 0;
  }
}
__name(refFrom, "refFrom");
function refFromDataUri(text) {
  const comma = text.indexOf(",");
  const head = text.slice(0, Math.min(comma, 200)).toLowerCase();
  const base64 = text.slice(comma + 1);
  const isImage = head.startsWith("data:image/") || IMAGE_MAGIC.test(base64);
  return comma > 0 && head.endsWith(";base64") && isImage && base64 !== "" && !/^data:/i.test(base64) ? { kind: "base64", base64 } : void 0;
}
__name(refFromDataUri, "refFromDataUri");
function keyOf(ref) {
  return ref.kind === "url" ? ref.url : ref.base64;
}
__name(keyOf, "keyOf");
function unique(refs) {
  return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}
__name(unique, "unique");
function keysOf(urls, baseUrl) {
  return new Set((urls ?? []).flatMap((url) => refFrom(url, baseUrl) ?? []).map(keyOf));
}
__name(keysOf, "keysOf");

// nodes/NanoBanana/formats/decode/responseShapes.ts
var TASK_PLACES = [
  { path: "data", documentedBy: "API page, New API (dto.TaskResponse), kie.ai, vidgo, Kling, Baidu Qianfan" },
  { path: "data[0]", documentedBy: "apimart" },
  { path: "output", documentedBy: "Alibaba Model Studio" },
  { path: "", documentedBy: "New API forks (image.task), sub2api, zmodel, evolink, toapis, zhenzhen" }
];
var ID_NAMES = ["task_id", "taskId"];
var STATUS_NAMES = ["status", "state", "task_status"];
var RESULT_PLACES = [
  { path: "result_url", documentedBy: "API page" },
  { path: "result_urls[*]", documentedBy: "API page for more than one image (assumed), kie.ai" },
  { path: "data.data[*]", documentedBy: "New API TaskDto: the raw image response, also as JSON text" },
  { path: "data[*]", documentedBy: "New API fork (image.task)" },
  { path: "url", documentedBy: "New API relay_task.go, realtime branch" },
  { path: "result.data[*]", documentedBy: "New API fork, sub2api, toapis" },
  { path: "output.data[*]", documentedBy: "zmodel" },
  { path: "outputs[*]", documentedBy: "New API fork (/v1/tasks)" },
  { path: "result.images[*]", documentedBy: "apimart: a list of URLs in each image" },
  { path: "results[*]", documentedBy: "evolink, aif, Alibaba Model Studio" },
  { path: "resultJson.resultUrls[*]", documentedBy: "kie.ai: JSON text" },
  { path: "response.resultUrls[*]", documentedBy: "kie.ai (4o Image API)" },
  { path: "task_result.images[*]", documentedBy: "Kling, Baidu Qianfan" },
  { path: "images[*].url", documentedBy: "mountsea; a list of plain texts would be the request" },
  { path: "image_urls[*]", documentedBy: "mountsea" },
  { path: "image_url", documentedBy: "sub2api: the first of result.data" },
  { path: "imageUrl", documentedBy: "New API (Midjourney tasks)" }
];
var SYNC_PLACES = [
  { path: "data[*]", documentedBy: "OpenAI Images, New API" },
  { path: "data.data[*]", documentedBy: "ai-nebula" }
];
var COUNT = { path: "metadata.result_count", documentedBy: "API page" };
var AVAILABILITY = { path: "output.availability", documentedBy: "zmodel" };

// nodes/NanoBanana/formats/decode/statusWords.ts
var WORDS = {
  queued: "queued pending submitted waiting queuing created notstart notstarted ready scheduled modal \u672A\u542F\u52A8 \u961F\u5217\u4E2D \u6392\u961F\u4E2D",
  running: "processing inprogress running generating started assigned stream awaiting \u6267\u884C\u4E2D \u5904\u7406\u4E2D \u751F\u6210\u4E2D",
  succeeded: "succeeded success succeed completed complete done finished \u6210\u529F \u5DF2\u5B8C\u6210",
  failed: "failed fail failure error cancel cancelled canceled rejected expired timeout createtaskfailed generatefailed \u5931\u8D25 \u5DF2\u53D6\u6D88 \u8D85\u65F6"
};
var STATUSES = new Map(
  Object.entries(WORDS).flatMap(([status, words]) => words.split(" ").map((word) => [word, status]))
);
function statusOf(word) {
  return STATUSES.get(word.toLowerCase().replace(/[\s_-]/g, "")) ?? "unknown";
}
__name(statusOf, "statusOf");
function progressOf(value) {
  const text = typeof value === "string" ? value.trim().replace(/%$/, "") : value;
  const number = typeof text === "string" && /^[\d.]{1,10}$/.test(text) ? Number(text) : text;
  if (typeof number !== "number" || !Number.isFinite(number)) return void 0;
  return Math.min(100, Math.max(0, Math.round(number > 0 && number < 1 ? number * 100 : number)));
}
__name(progressOf, "progressOf");

// nodes/NanoBanana/formats/decode/decodeTask.ts
var stepsOf = /* @__PURE__ */ __name(({ path }) => parsePath(path) ?? [], "stepsOf");
var TASKS = TASK_PLACES.map(stepsOf);
var RESULTS = RESULT_PLACES.map(stepsOf);
var SYNC_RESULTS = SYNC_PLACES.map(stepsOf);
function decodeTask(body, baseUrl, asked = {}) {
  const answer = unwrapText(body);
  if (typeof answer !== "object" || answer === null)
    return { kind: "unknown", reason: "The response is not a JSON object" };
  const task = findTask(answer, asked.taskId);
  const taskId = idOf2(task) ?? (asked.taskId === void 0 ? idAsData(answer) : void 0);
  if (asked.taskId !== void 0 && taskId !== void 0 && taskId !== asked.taskId && !isRowId(task))
    return { kind: "unknown", reason: "The response is about another task" };
  const model = firstText(task, "model")?.slice(0, 200);
  const sent = keysOf(asked.references, baseUrl);
  const reading = {
    answer,
    task,
    known: { ...taskId && { taskId }, ...model && { model } },
    baseUrl,
    sent
  };
  const word = statusWord(task);
  const status = word === void 0 ? void 0 : statusOf(word);
  if (asked.imagePath && status !== "queued" && status !== "running" && status !== "failed") {
    const { images } = resultsIn(reading, answer, [asked.imagePath]);
    if (images.length > 0 || status === "succeeded") return { kind: "images", images, ...reading.known };
  }
  if (word === void 0 || status === void 0) return withoutStatus(reading);
  if (status === "failed") return failed(reading, word);
  if (status === "succeeded") return succeeded(reading);
  return pending(reading, status, errorIn(task)?.message, word);
}
__name(decodeTask, "decodeTask");
function findTask(answer, wanted) {
  const found = TASKS.flatMap((steps) => readPath(answer, steps).slice(0, 1));
  return (wanted === void 0 ? void 0 : found.find((task) => idOf2(task) === wanted)) ?? found.find((task) => namedId(task) !== void 0) ?? found.find((task) => idOf2(task) !== void 0) ?? found.find((task) => statusWord(task) !== void 0) ?? answer;
}
__name(findTask, "findTask");
function namedId(source) {
  return ID_NAMES.map((name) => textId(own(source, name))).find((id) => id !== void 0);
}
__name(namedId, "namedId");
function idOf2(task) {
  return namedId(task) ?? (statusWord(task) === void 0 ? void 0 : textId(own(task, "id")));
}
__name(idOf2, "idOf");
function isRowId(task) {
  return namedId(task) === void 0 && typeof own(task, "id") === "number";
}
__name(isRowId, "isRowId");
function idAsData(answer) {
  const id = own(answer, "code") === "success" ? textId(own(answer, "data")) : void 0;
  return id !== void 0 && /^[\w.:-]+$/.test(id) && statusOf(id) === "unknown" ? id : void 0;
}
__name(idAsData, "idAsData");
function textId(value) {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : void 0;
  if (typeof value !== "string" || value.length > 500) return void 0;
  const id = value.trim();
  return id !== "" && id !== "." && id !== ".." && !/[\p{Cc}\p{Cs}]/u.test(id) ? id : void 0;
}
__name(textId, "textId");
function statusWord(task) {
  return firstText(task, ...STATUS_NAMES)?.slice(0, 100);
}
__name(statusWord, "statusWord");
function resultsIn({ baseUrl, sent }, source, places) {
  let best = { images: [], errors: [] };
  for (const steps of places) {
    const entries = readPath(source, steps).map((entry) => ({ entry, refs: refsIn(entry, baseUrl) }));
    const images = unique(entries.flatMap(({ refs }) => refs)).filter((ref) => !sent.has(keyOf(ref)));
    const errors = entries.flatMap(({ entry, refs }) => refs.length > 0 ? [] : errorIn(entry) ?? []);
    const isBetter = images.length > best.images.length || best.images.length === 0 && errors.length > 0;
    if (isBetter) best = { images, errors };
  }
  return best;
}
__name(resultsIn, "resultsIn");
function succeeded(reading) {
  const { task, answer, known } = reading;
  const results = resultsIn(reading, task, RESULTS);
  if (results.images.length > 0) return finished(reading, results);
  if (readPath(task, stepsOf(AVAILABILITY))[0] === "expired") {
    const reason = "The images are no longer available";
    return { kind: "failed", cause: "resultExpired", code: "result_expired", reason, ...known };
  }
  const error = joined(results.errors) ?? errorIn(task);
  if (error) return { kind: "failed", cause: "taskFailed", ...said(error), ...known };
  const isBare = task === answer && known.taskId === void 0;
  return isBare ? { kind: "unknown", reason: "The response contains no image" } : { kind: "images", images: [], ...known };
}
__name(succeeded, "succeeded");
function finished({ task, known }, { images, errors }) {
  const count = errors.length + images.length;
  const announced = Number(readPath(task, stepsOf(COUNT))[0]);
  const isBlocked = errors.every((error) => classify(400, error).kind === "prompt_refused");
  const warnings = [
    ...errors.length === 0 ? [] : [
      `${errors.length} of ${count} images ${isBlocked ? "blocked" : "failed"}: ${errors.map(({ code, message }) => code ?? message).join("; ")}`
    ],
    ...announced > count ? [`The response announces ${announced} images and contains ${count}`] : []
  ];
  return { kind: "images", images, ...warnings.length > 0 && { warnings }, ...known };
}
__name(finished, "finished");
function failed({ task, answer, known }, word) {
  const error = errorIn(task) ?? (task === answer ? void 0 : errorIn(answer));
  const message = firstText(task, "task_status_msg", "message", "msg");
  const told = error ?? {
    message: message ?? `The task ended with status '${word}'`,
    code: firstText(task, "code") ?? word
  };
  const isOfTask = known.taskId !== void 0 || task !== answer;
  const cause = !isOfTask ? "rejected" : word.toLowerCase() === "expired" ? "resultExpired" : "taskFailed";
  return { kind: "failed", cause, ...said(told), ...known };
}
__name(failed, "failed");
function withoutStatus(reading) {
  const { answer, task, known } = reading;
  const error = errorIn(task) ?? rejectionIn(answer);
  if (error === void 0) {
    const results = resultsIn(reading, answer, SYNC_RESULTS);
    if (results.images.length > 0) return finished(reading, results);
    const lost = joined(results.errors);
    if (lost && known.taskId === void 0) return { kind: "failed", cause: "taskFailed", ...said(lost) };
  }
  if (known.taskId !== void 0) return pending(reading, error ? "unknown" : "queued", error?.message);
  if (error) return { kind: "failed", cause: "rejected", ...said(error) };
  return isEmptyResult(answer) || isEmptyResult(own(answer, "data")) ? { kind: "images", images: [] } : { kind: "unknown", reason: "The response contains neither a task ID nor an image" };
}
__name(withoutStatus, "withoutStatus");
function isEmptyResult(source) {
  return own(source, "created") !== void 0 && Array.isArray(own(source, "data") ?? []);
}
__name(isEmptyResult, "isEmptyResult");
function pending({ task, known }, status, reason, word) {
  const progress = progressOf(own(task, "progress"));
  return {
    kind: "pending",
    status,
    ...progress !== void 0 && { progress },
    ...known,
    ...status === "unknown" && word !== void 0 && { word },
    ...reason !== void 0 && { reason }
  };
}
__name(pending, "pending");
function said({ code, message }) {
  return { reason: message, ...code && { code } };
}
__name(said, "said");
function joined(errors) {
  if (errors.length === 0) return void 0;
  return { ...errors[0], message: [...new Set(errors.map(({ message }) => message))].join("; ") };
}
__name(joined, "joined");

// nodes/NanoBanana/formats/asyncTask.ts
var asyncTask = {
  needsBytes: /* @__PURE__ */ __name(() => false, "needsBytes"),
  encode: /* @__PURE__ */ __name((request) => [encodeTask(request)], "encode"),
  decode: decodeTask
};
var TASKS_PATH = "/v1/images/tasks";
function encodeTask(request) {
  const fields = {
    model: request.model,
    task_type: request.operation === "textToImage" ? "text2image" : "image2image",
    prompt: request.prompt,
    ...request.aspectRatio && { aspect_ratio: request.aspectRatio },
    ...request.outputFormat && { output_format: request.outputFormat },
    n: request.n,
    response_format: request.responseFormat
  };
  const hasBytes2 = request.references.some((reference) => reference.kind === "bytes");
  if (hasBytes2 && request.sendBinaryAs === "multipart") {
    return { path: TASKS_PATH, form: formOf(mergeJson(fields, request.extraBody), request.references) };
  }
  const sent = request.references.map((reference) => inJson(reference, request.sendBinaryAs));
  const references = sent.length === 0 ? {} : sent.length === 1 ? { image: sent[0] } : { images: sent };
  return { path: TASKS_PATH, json: mergeJson({ ...fields, ...references }, request.extraBody) };
}
__name(encodeTask, "encodeTask");
function inJson(reference, sendBinaryAs) {
  if (reference.kind === "url") return reference.url;
  const base64 = reference.data.toString("base64");
  return sendBinaryAs === "base64" ? base64 : `data:${reference.mimeType};base64,${base64}`;
}
__name(inJson, "inJson");
function formOf(fields, references) {
  const name = references.length === 1 ? "image" : "images";
  return [
    ...textParts(fields),
    ...references.map(
      (reference) => reference.kind === "url" ? { name, value: reference.url } : { name, value: reference.data, fileName: reference.fileName, mimeType: reference.mimeType }
    )
  ];
}
__name(formOf, "formOf");

// nodes/NanoBanana/poll/taskStatus.ts
var NOT_YET = /not (yet )?(ready|finished|completed?|created|started)\b|has not been (created|finished|completed)|\bnot\b.{0,20}\byet\b|\b(is )?still (being )?(process|generat|running|pending|queued)|^(the )?(task |image )?(is )?(currently )?(processing|generating|in progress|in (the )?queue|queued|pending|running)[\s.…!]*$|处理中|生成中|排队中|进行中/i;
var CLEAR_REJECTIONS = [
  "invalid_key",
  "key_expired",
  "access_denied",
  "insufficient_balance",
  "prompt_refused",
  "model_not_available"
];
var TEMPORARY = /unavailable|time(d)?[ -]?out|temporar|try again|internal (server )?error|稍后/i;
var READ_TIMEOUT_MS = 3e4;
async function fetchTaskStatus(client, asked, limits) {
  const { taskId } = asked;
  if (taskId === "." || taskId === "..") return { kind: "final", failure: { kind: "unknown_task", taskId } };
  const timeoutMs = Math.max(1e3, Math.min(READ_TIMEOUT_MS, limits.remainingMs));
  const answer = await readApi(client, `${TASKS_PATH}/${encodeURIComponent(taskId)}`, { ...limits, timeoutMs });
  if (answer.kind === "tooLarge") {
    return {
      kind: "final",
      failure: {
        kind: "unreadable_answer",
        taskId,
        message: `The API response is larger than ${megabytes(answer.limit)} and was not read`,
        nextStep: "Raise 'Max Download Size (MB)' under Options, then get the images with 'Wait for Task Result'."
      }
    };
  }
  if (answer.kind !== "reply") {
    const kind = answer.kind === "unsent" ? "unreachable" : "upstream_down";
    const failure = { kind, taskId, gatewayMessage: answer.reason };
    return answer.kind === "unsent" && answer.lasting ? { kind: "final", failure } : { kind: "passing", failure, retryAfterMs: 0 };
  }
  const body = parseBody(answer.bytes);
  const wait = retryAfterMs(answer.headers["retry-after"], systemClock.now());
  if (answer.status < 200 || answer.status >= 300) {
    const failure = { ...classify(answer.status, body, answer.headers), taskId };
    return readError(failure, answer.status, body, wait);
  }
  const response = bodyText(answer.bytes);
  return readSuccess(asyncTask.decode(body, client.base.baseURL ?? "", asked), { taskId, body, response, wait });
}
__name(fetchTaskStatus, "fetchTaskStatus");
function readError(failure, status, body, wait) {
  if (failure.kind === "unknown_task" || status === 404 && failure.kind !== "model_not_available" && failure.kind !== "not_offered") {
    const kind = typeof body === "string" || failure.kind === "unknown_task" ? failure.kind : notFoundKind(failure);
    return { kind: "notFound", failure: { ...failure, kind } };
  }
  if (isPassing(status)) return { kind: "passing", failure, retryAfterMs: wait };
  const words = (failure.gatewayMessage ?? "").slice(0, 200);
  if (CLEAR_REJECTIONS.includes(failure.kind) && !isWebPage(body) && !TEMPORARY.test(words))
    return { kind: "final", failure };
  const { taskId } = failure;
  return NOT_YET.test(words) ? {
    kind: "outcome",
    outcome: { kind: "pending", status: "running", ...taskId && { taskId } },
    retryAfterMs: wait
  } : { kind: "doubtful", failure };
}
__name(readError, "readError");
function notFoundKind(failure) {
  return /invalid url|unknown request url|cannot get|(route|endpoint|path|page).{0,20}not (found|exist)/i.test(
    failure.gatewayMessage ?? ""
  ) ? "wrong_base_url" : "unknown_task";
}
__name(notFoundKind, "notFoundKind");
function readSuccess(outcome, { taskId, body, response, wait }) {
  if (typeof body === "string") {
    const failure = isWebPage(body) ? classify(200, body) : { kind: "unreadable_answer", httpStatus: 200, response };
    return { kind: "passing", failure: { ...failure, taskId }, retryAfterMs: wait };
  }
  if (outcome.kind === "failed" && outcome.cause === "rejected") {
    const status = embeddedStatus(body) ?? 400;
    return readError({ ...classify(status, body), taskId }, status, body, wait);
  }
  if (outcome.kind === "pending" && outcome.status === "unknown" && outcome.reason !== void 0) {
    const failure = { kind: "task_failed", taskId, gatewayMessage: outcome.reason, response };
    return { kind: "doubtful", failure: { ...failure, gatewayCode: outcome.word }, outcome: { ...outcome, response } };
  }
  const isUsed = outcome.kind === "failed" || (outcome.kind === "images" ? outcome.images.length > 0 : outcome.kind === "pending" && outcome.status !== "unknown");
  return { kind: "outcome", outcome: isUsed ? outcome : { ...outcome, response }, retryAfterMs: wait };
}
__name(readSuccess, "readSuccess");

// nodes/NanoBanana/steps/storeImage.ts
var DOWNLOAD_GRACE_MS = 3e4;
async function storeImage(item, source, warnings) {
  const { settings, run } = item;
  const { ref, bought, index, count } = source;
  if (!settings.download && ref.kind === "url") return { index, url: ref.url };
  const result = await downloadImage(ref, {
    client: item.readClient,
    clock: systemClock,
    maxBytes: settings.maxImageBytes,
    save: /* @__PURE__ */ __name(async ({ facts, bytes, url }) => await store(item, source, facts, bytes, url), "save"),
    ...run.storesStreams && {
      saveStream: /* @__PURE__ */ __name(async ({ facts, url }, chunks) => await storeStream(item, source, facts, chunks, url), "saveStream")
    },
    // A response that takes memory already never waits for more, or for a transfer that waits for memory.
    startTransfer: /* @__PURE__ */ __name(async () => bought.reservation.isAcquired ? FREE_TRANSFER : await startTransfer(run), "startTransfer"),
    isFresh: bought.submittedAt !== void 0 || bought.reads > 1,
    deadline: Math.max(
      item.startedAt + settings.timeoutMs,
      systemClock.now() + Math.min(DOWNLOAD_GRACE_MS, settings.timeoutMs)
    ),
    ...bought.taskId && { refresh: /* @__PURE__ */ __name(async () => await freshRef(item, bought.taskId ?? "", source), "refresh") }
  });
  if (result.kind === "image") {
    if (result.warning) warnings.push(`Image ${index + 1} of ${count} ${result.warning}.`);
    return result.saved;
  }
  const ways = [
    ...result.url ? ["open its URL"] : [],
    ...bought.taskId ? ["use 'Wait for Task Result' with the task ID"] : []
  ];
  const how = ways.length > 0 ? ` To get it, ${ways.join(" or ")}.` : "";
  warnings.push(
    `Image ${index + 1} of ${count} could not be downloaded. You were charged for it.${how} Details: ${redact(result.reason, item.apiKey)}.`
  );
  return { index, ...result.url && { url: result.url } };
}
__name(storeImage, "storeImage");
var FREE_TRANSFER = { reserveMemory: /* @__PURE__ */ __name(async () => await Promise.resolve(), "reserveMemory"), end: /* @__PURE__ */ __name(() => void 0, "end") };
async function startTransfer({ transfers, memoryBudget }) {
  const place = transfers.reservation();
  const memory = memoryBudget.reservation();
  await place.before(1);
  return {
    reserveMemory: memory.before,
    end() {
      memory.release();
      place.release();
    }
  };
}
__name(startTransfer, "startTransfer");
async function freshRef(item, taskId, { bought, position }) {
  const limits = {
    remainingMs: item.settings.timeoutMs,
    maxBytes: maxResponseBytes(item, 1),
    reserveMemory: bought.reservation.before
  };
  const poll2 = await fetchTaskStatus(
    item.readClient,
    { taskId, references: bought.references, imagePath: item.settings.imagePath },
    limits
  );
  return poll2.kind === "outcome" && poll2.outcome.kind === "images" ? poll2.outcome.images[position] : void 0;
}
__name(freshRef, "freshRef");
async function store(item, source, facts, bytes, url) {
  const binary = await prepareBinary(item, source, facts, bytes);
  const sha256 = (0, import_node_crypto3.createHash)("sha256").update(bytes).digest("hex");
  return outputImage(source, facts, binary, { bytes: bytes.length, sha256, url });
}
__name(store, "store");
async function storeStream(item, source, facts, chunks, url) {
  const hash = (0, import_node_crypto3.createHash)("sha256");
  let bytes = 0;
  let isStarted = false;
  async function* hashed() {
    isStarted = true;
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  __name(hashed, "hashed");
  const binary = await prepareBinary(item, source, facts, hashed()).catch((thrown) => {
    if (isStarted) throw thrown;
    item.run.storesStreams = false;
    return void 0;
  });
  return binary && outputImage(source, facts, binary, { bytes, sha256: hash.digest("hex"), url });
}
__name(storeStream, "storeStream");
async function prepareBinary({ ctx, settings }, source, facts, content) {
  const fileName = fileNameOf(wantedName(settings, source), source.index, source.count, facts.extension);
  const typed = content;
  return await ctx.helpers.prepareBinaryData(typed, fileName, facts.mimeType);
}
__name(prepareBinary, "prepareBinary");
function outputImage({ index }, { mimeType, width, height }, binary, { url, ...stored }) {
  return {
    index,
    ...url && { url },
    fileName: binary.fileName,
    mimeType,
    ...width !== void 0 && { width, height },
    ...stored,
    binary
  };
}
__name(outputImage, "outputImage");
function wantedName(settings, { bought }) {
  return settings.fileName ?? bought.taskId ?? "nanobanana";
}
__name(wantedName, "wantedName");
var DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
var LONGEST_NAME = 120;
function fileNameOf(wanted, index, count, extension) {
  const last = wanted.split(/[\\/]/).pop() ?? "";
  const safe = last.replace(/\.(png|jpe?g|webp|gif|avif|hei[cf]|bmp|tiff?)$/i, "").replace(/[\p{Cc}\p{Cs}<>:"|?*]+/gu, "_").replace(/^[.\s]+/, "");
  const stem = [...safe].slice(0, LONGEST_NAME).join("").replace(/[.\s]+$/, "").replace(DEVICE, "$1_");
  return `${stem || "nanobanana"}${count > 1 ? `-${index + 1}` : ""}.${extension}`;
}
__name(fileNameOf, "fileNameOf");

// nodes/NanoBanana/steps/collectImages.ts
async function collectImages(item, results, known) {
  const { settings } = item;
  const task = recordOf(item, results, known);
  const isTaskOnly = OPERATIONS[settings.operation].pays && !settings.wait && task.taskId !== void 0;
  if (task.status === "succeeded") {
    if (!isTaskOnly) await addImages(item, results, task);
    task.finishedAt = new Date(systemClock.now()).toISOString();
  }
  task.waitedMs = systemClock.now() - item.startedAt;
  return outputItems(task, settings, item.itemIndex, item.ctx.getInputData().json);
}
__name(collectImages, "collectImages");
function recordOf(item, results, known) {
  const outcomes = results.map((result) => redactResponse(result.outcome, item.apiKey));
  const finished2 = outcomes.flatMap((outcome) => outcome.kind === "images" ? [outcome] : []);
  const pending2 = outcomes.find((outcome) => outcome.kind === "pending");
  const failed2 = outcomes.find((outcome) => outcome.kind === "failed");
  const warnings = [...known.warnings, ...finished2.flatMap((outcome) => outcome.warnings ?? [])];
  if (pending2?.word)
    warnings.push(`The API returned the status '${redact(pending2.word, item.apiKey)}', which is not documented.`);
  if (pending2?.reason) warnings.push(redact(pending2.reason, item.apiKey));
  if (pending2?.response) warnings.push(`API response: ${redact(pending2.response, item.apiKey)}`);
  if (failed2) warnings.push(`${failureError(failureOf(failed2)).message}: ${redact(failed2.reason, item.apiKey)}`);
  if (pending2 && item.settings.wait) {
    warnings.push(
      `Not finished after ${item.settings.timeoutMs / 1e3} seconds. The task keeps running and is charged. Get its images with 'Wait for Task Result'.`
    );
  }
  const text = finished2.map((outcome) => outcome.text).filter(Boolean).join("\n");
  return {
    taskId: results.find((result) => result.taskId !== void 0)?.taskId,
    status: pending2 ? pending2.status : failed2 ? "failed" : "succeeded",
    progress: pending2 ? pending2.progress : failed2 ? void 0 : 100,
    model: known.model ?? outcomes.map((outcome) => "model" in outcome ? outcome.model : void 0).find(Boolean),
    requestedImages: known.requestedImages,
    requestHash: known.requestHash,
    submittedAt: results[0].submittedAt,
    waitedMs: 0,
    polls: results.reduce((sum2, result) => sum2 + result.reads, 0),
    text: text || void 0,
    warnings,
    outputImages: []
  };
}
__name(recordOf, "recordOf");
var LOOK_AGAIN = "Check the task again with 'Wait for Task Result'. If the response contains the image, add 'Image Path in Response' there.";
async function addImages(item, results, task) {
  const parts = results.map((result) => ({
    result,
    refs: result.outcome.kind === "images" ? result.outcome.images : []
  }));
  const count = parts.reduce(
    (sum2, { result, refs }) => sum2 + refs.length + (result.stored?.outputImages.length ?? 0),
    0
  );
  const said2 = [task.text, ...task.warnings].filter(Boolean).join(" ");
  if (count === 0) {
    const outcomes = results.flatMap(({ outcome }) => outcome.kind === "images" ? [outcome] : []);
    const code = outcomes.map((outcome) => outcome.code).find(Boolean);
    const response = outcomes.map((outcome) => outcome.response).find(Boolean);
    throw failureError({
      kind: "no_image",
      taskId: task.taskId,
      ...task.taskId && { nextStep: LOOK_AGAIN },
      ...said2 && { gatewayMessage: said2 },
      ...code && { gatewayCode: code },
      ...response && { response }
    });
  }
  const add = /* @__PURE__ */ __name((outputImage2) => void task.outputImages.push({ ...outputImage2, index: task.outputImages.length }), "add");
  for (const { result, refs } of parts) {
    result.stored?.outputImages.forEach(add);
    task.warnings.push(...result.stored?.warnings ?? []);
    const first = task.outputImages.length;
    const sources = refs.map((ref, position) => ({ ref, bought: result, position, index: first + position, count }));
    for (const stored of await storeImages(item, sources)) {
      add(stored.image);
      task.warnings.push(...stored.warnings);
    }
  }
  const missing = (task.requestedImages ?? 0) - task.outputImages.length;
  task.warnings.push(...equalImages(task.outputImages));
  if (missing > 0)
    task.warnings.push(
      `The API returned ${task.outputImages.length} of ${task.requestedImages} images. Check your provider's invoice.`
    );
  if (task.outputImages.some((outputImage2) => outputImage2.binary ?? outputImage2.url)) return;
  throw failureError({
    kind: "unreadable_answer",
    taskId: task.taskId,
    message: "The API returned image data that is not an image",
    gatewayMessage: task.warnings.join(" ")
  });
}
__name(addImages, "addImages");
function equalImages(images) {
  const numbers = /* @__PURE__ */ new Map();
  for (const { sha256, index } of images) {
    if (sha256 !== void 0) numbers.set(sha256, [...numbers.get(sha256) ?? [], index + 1]);
  }
  return [...numbers.values()].filter((equal) => equal.length > 1).map((equal) => `These images are identical: ${equal.join(", ")}.`);
}
__name(equalImages, "equalImages");
async function storeImages(item, sources) {
  const storeOne = /* @__PURE__ */ __name(async (source) => {
    const warnings = [];
    return { image: await storeImage(item, source, warnings), warnings };
  }, "storeOne");
  if (!sources[0]?.bought.reservation.isAcquired) {
    const stored2 = await Promise.allSettled(sources.map(storeOne));
    return stored2.map((part) => {
      if (part.status === "rejected") throw part.reason;
      return part.value;
    });
  }
  const stored = [];
  for (const source of sources) stored.push(await storeOne(source));
  return stored;
}
__name(storeImages, "storeImages");
async function storeInlineImages(item, result, call, calls) {
  const refs = result.outcome.kind === "images" ? result.outcome.images.filter((ref) => ref.kind === "base64") : [];
  const kept = { outputImages: [], warnings: [] };
  for (const [position, ref] of refs.entries()) {
    const source = { ref, bought: result, position, index: call + position, count: Math.max(calls, refs.length) };
    kept.outputImages.push(await storeImage(item, source, kept.warnings));
  }
  return kept;
}
__name(storeInlineImages, "storeInlineImages");

// nodes/NanoBanana/models.ts
var COMMON_RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
var ASPECT_RATIOS = [...COMMON_RATIOS, "1:4", "4:1", "1:8", "8:1"];
var BASE = {
  name: "NanoBanana",
  outputFormats: ["png", "jpeg", "webp"],
  aspectRatios: COMMON_RATIOS,
  maxReferences: 3
};
var SECOND = {
  name: "NanoBanana 2",
  outputFormats: ["png", "jpeg"],
  aspectRatios: ASPECT_RATIOS,
  maxReferences: 14
};
var PRO = {
  name: "NanoBanana Pro",
  outputFormats: ["png", "jpeg"],
  aspectRatios: COMMON_RATIOS,
  maxReferences: 14
};
var FLASH = "gemini-3.1-flash-image-preview";
var GEMINI_PRO = "gemini-3-pro-image-preview";
var CATALOGUE = [
  { id: "NanoBanana", label: "NanoBanana", family: BASE },
  { id: "NanoBanana2-0.5K", label: "NanoBanana 2 (0.5K)", family: SECOND, geminiId: `${FLASH}-512` },
  { id: "NanoBanana2-1K", label: "NanoBanana 2 (1K)", family: SECOND, geminiId: `${FLASH}-1k` },
  { id: "NanoBanana2-2K", label: "NanoBanana 2 (2K)", family: SECOND, geminiId: `${FLASH}-2k` },
  { id: "NanoBanana2-4K", label: "NanoBanana 2 (4K)", family: SECOND, geminiId: `${FLASH}-4k` },
  { id: "NanoBananaPro-1K", label: "NanoBanana Pro (1K)", family: PRO, geminiId: `${GEMINI_PRO}-1k` },
  { id: "NanoBananaPro-2K", label: "NanoBanana Pro (2K)", family: PRO, geminiId: `${GEMINI_PRO}-2k` },
  { id: "NanoBananaPro-4K", label: "NanoBanana Pro (4K)", family: PRO, geminiId: `${GEMINI_PRO}-4k` },
  { id: "NanoBananaPro-8K", label: "NanoBanana Pro (8K)", family: PRO }
];
function findModel(id) {
  return CATALOGUE.find((model) => model.id === id) ?? unlistedTier(id);
}
__name(findModel, "findModel");
function unlistedTier(id) {
  const [, prefix, tier] = /^(NanoBanana(?:2|Pro))-(.+)$/.exec(id) ?? [];
  if (prefix === void 0) return void 0;
  const family = prefix === "NanoBanana2" ? SECOND : PRO;
  return { id, label: `${family.name} (${tier})`, family };
}
__name(unlistedTier, "unlistedTier");

// nodes/NanoBanana/formats/decode/decodeGemini.ts
var REFUSALS = [
  "SAFETY",
  "IMAGE_SAFETY",
  "PROHIBITED_CONTENT",
  "IMAGE_PROHIBITED_CONTENT",
  "BLOCKLIST",
  "SPII",
  "RECITATION",
  "IMAGE_RECITATION",
  "JAILBREAK",
  "MODEL_ARMOR",
  "LANGUAGE"
];
var ANSWER_KEYS = ["candidates", "promptFeedback", "prompt_feedback", "usageMetadata", "usage_metadata"];
var LONGEST_TEXT = 5e3;
var MOST_PARTS = 1e3;
function decodeGemini(body, baseUrl, asked) {
  const answer = unwrapText(body);
  if (!ANSWER_KEYS.some((key) => own(answer, key) !== void 0)) return decodeTask(answer, baseUrl, asked);
  const candidates = list(own(answer, "candidates")).slice(0, MOST_PARTS);
  const parts = candidates.flatMap((candidate) => list(own(own(candidate, "content"), "parts")).slice(0, MOST_PARTS)).filter((part) => own(part, "thought") !== true);
  const text = parts.map((part) => firstText(part, "text") ?? "").filter(Boolean).join("\n");
  const inline2 = unique(parts.flatMap((part) => imageIn(part, baseUrl) ?? []));
  const sent = keysOf(asked?.references, baseUrl);
  const images = (inline2.length > 0 ? inline2 : imagesInMarkdown(text, baseUrl)).filter((ref) => !sent.has(keyOf(ref)));
  const said2 = inline2.length > 0 || images.length === 0 ? text.slice(0, LONGEST_TEXT) : "";
  const finish = candidates.map((candidate) => firstText(candidate, "finishReason", "finish_reason")?.toUpperCase().slice(0, 100)).find((reason) => reason !== void 0 && reason !== "STOP") ?? "";
  if (images.length > 0) {
    const warnings = finish === "" ? [] : [`The model stopped early (${finish}), so images may be missing`];
    return { kind: "images", images, ...said2 && { text: said2 }, ...warnings.length > 0 && { warnings } };
  }
  return withoutImage(answer, candidates, said2, finish);
}
__name(decodeGemini, "decodeGemini");
function withoutImage(answer, candidates, said2, finish) {
  const feedback = own(answer, "promptFeedback") ?? own(answer, "prompt_feedback");
  const block = firstText(feedback, "blockReason", "block_reason");
  if (block) {
    const reason2 = firstText(feedback, "blockReasonMessage", "block_reason_message") ?? `The prompt was blocked (${block})`;
    return { kind: "failed", cause: "promptRefused", code: block, reason: reason2 };
  }
  if (finish !== "") {
    const messages = candidates.map((candidate) => firstText(candidate, "finishMessage", "finish_message") ?? "");
    const reason2 = [...messages, said2].filter(Boolean).join(" ") || `no image was generated (${finish})`;
    return { kind: "failed", cause: REFUSALS.includes(finish) ? "promptRefused" : "noImage", code: finish, reason: reason2 };
  }
  if (said2) return { kind: "failed", cause: "noImage", code: "text_only", reason: said2 };
  if (own(answer, "error")) return decodeTask({ error: own(answer, "error") }, "");
  if (candidates.length > 0)
    return { kind: "failed", cause: "noImage", code: "NO_IMAGE", reason: "no image was generated" };
  const reason = "The prompt was rejected before generation";
  return { kind: "failed", cause: "promptRefused", code: "no_candidates", reason };
}
__name(withoutImage, "withoutImage");
function imageIn(part, baseUrl) {
  const inline2 = own(part, "inlineData") ?? own(part, "inline_data");
  const file = own(part, "fileData") ?? own(part, "file_data");
  const isImage = firstText(inline2, "mimeType", "mime_type")?.startsWith("image/") !== false;
  return refFrom(own(inline2, "data"), baseUrl, isImage) ?? refFrom(own(file, "fileUri") ?? own(file, "file_uri"), baseUrl);
}
__name(imageIn, "imageIn");
function imagesInMarkdown(text, baseUrl) {
  const refs = [];
  for (let at = 0; at < text.length; ) {
    const target = text.indexOf("](", at);
    const end = text.indexOf(")", target);
    if (!text.startsWith("![", at) || target < 0 || end < 0) return [];
    const ref = refFrom(
      text.slice(target + 2, end).trim().split(/\s/, 1)[0],
      baseUrl
    );
    if (ref === void 0) return [];
    refs.push(ref);
    for (at = end + 1; /\s/.test(text.charAt(at)); ) at += 1;
  }
  return unique(refs);
}
__name(imagesInMarkdown, "imagesInMarkdown");

// nodes/NanoBanana/formats/gemini.ts
var gemini = {
  needsBytes: /* @__PURE__ */ __name(() => true, "needsBytes"),
  encode: /* @__PURE__ */ __name((request) => Array.from({ length: request.n }, () => encodeCall(request)), "encode"),
  decode: decodeGemini
};
function encodeCall(request) {
  const gatewayId = findModel(request.model)?.geminiId;
  const imageConfig = {
    ...request.aspectRatio && { aspectRatio: request.aspectRatio },
    // The gateway's own ids carry the size; Google's do not.
    ...request.imageSize && !gatewayId && { imageSize: request.imageSize },
    // Known to the vendor's page only, so it is sent to the vendor's ids only, and not for its default.
    ...gatewayId && request.outputFormat === "jpeg" && { outputFormat: "jpeg" }
  };
  const parts = [{ text: request.prompt }, ...request.references.map(partOf)];
  const json2 = {
    contents: [{ role: "user", parts }],
    // With TEXT allowed a refusal explains itself; IMAGE alone gives an empty candidate.
    generationConfig: {
      responseModalities: ["TEXT", "IMAGE"],
      ...Object.keys(imageConfig).length > 0 && { imageConfig }
    }
  };
  const id = encodeURIComponent(gatewayId ?? request.model);
  return { path: `/v1beta/models/${id}:generateContent`, json: mergeJson(json2, request.extraBody) };
}
__name(encodeCall, "encodeCall");
function partOf(reference) {
  if (reference.kind === "url") return { fileData: { fileUri: reference.url } };
  return { inlineData: { mimeType: reference.mimeType, data: reference.data.toString("base64") } };
}
__name(partOf, "partOf");

// nodes/NanoBanana/formats/openAi.ts
var openAi = {
  // A form carries files, so an address beside a file has to become one.
  needsBytes: /* @__PURE__ */ __name((request) => hasBytes(request), "needsBytes"),
  encode: /* @__PURE__ */ __name((request) => [request.references.length === 0 ? generation(request) : edit(request)], "encode"),
  decode: decodeTask
};
function hasBytes(request) {
  return request.references.some((reference) => reference.kind === "bytes");
}
__name(hasBytes, "hasBytes");
function fieldsOf(request) {
  return {
    model: request.model,
    prompt: request.prompt,
    n: request.n,
    response_format: request.responseFormat,
    ...request.aspectRatio && { aspect_ratio: request.aspectRatio },
    ...request.outputFormat && { output_format: request.outputFormat }
  };
}
__name(fieldsOf, "fieldsOf");
function generation(request) {
  return { path: "/v1/images/generations", json: mergeJson(fieldsOf(request), request.extraBody) };
}
__name(generation, "generation");
function edit(request) {
  const path = "/v1/images/edits";
  const fields = mergeJson(fieldsOf(request), request.extraBody);
  if (hasBytes(request)) return { path, form: [...textParts(fields), ...fileParts(request)] };
  const images = request.references.flatMap(
    (reference) => reference.kind === "url" ? [{ image_url: reference.url }] : []
  );
  return { path, json: mergeJson({ ...fieldsOf(request), images }, request.extraBody) };
}
__name(edit, "edit");
function fileParts(request) {
  const name = request.references.length === 1 ? "image" : "image[]";
  return request.references.flatMap(
    (reference) => reference.kind === "bytes" ? [{ name, value: reference.data, fileName: reference.fileName, mimeType: reference.mimeType }] : []
  );
}
__name(fileParts, "fileParts");

// nodes/NanoBanana/formats/index.ts
var FORMATS = { asyncTask, openAi, gemini };

// nodes/NanoBanana/submit/submit.ts
var CONNECTION_TRIES = 3;
var FIRST_PAUSE_MS2 = 1e3;
var LONGEST_PAUSE_MS2 = 3e4;
async function submit(limiter, attempt, { clock, signal, giveUpAfterMs, resendUnclear, onFailed }) {
  let unsent = 0;
  let unclear2 = 0;
  let unclearSince;
  for (; ; ) {
    const permit = await limiter.acquire({ giveUpAfterMs });
    if (!permit) throw failureError({ kind: "canceled" });
    let result;
    try {
      result = await attempt();
    } catch (thrown) {
      onFailed();
      permit.release();
      throw failureError(toFailure(thrown));
    }
    if (result.kind === "accepted") {
      permit.accepted();
      return { accepted: result.accepted, permit, firstPollMs: result.firstPollMs };
    }
    let pauseMs;
    const now = clock.now();
    if (result.kind === "refused") {
      const since = permit.rejected(result.retryAfterMs, result.failure);
      if (now + result.retryAfterMs - since < giveUpAfterMs) pauseMs = 0;
    } else if (result.kind === "unsent") {
      if (++unsent < CONNECTION_TRIES) pauseMs = pauseBefore(unsent);
    } else if (resendUnclear && result.failure.kind === "unclear_submission") {
      unclearSince ??= now;
      const growing = pauseBefore(++unclear2);
      if (now + growing - unclearSince < giveUpAfterMs) pauseMs = growing;
    }
    if (pauseMs === void 0) onFailed();
    permit.release();
    if (pauseMs === void 0) throw failureError(result.failure);
    if (pauseMs > 0) await clock.pause(pauseMs, signal);
    throwIfCanceled(signal);
  }
}
__name(submit, "submit");
function pauseBefore(tries) {
  return jitter(Math.min(LONGEST_PAUSE_MS2, FIRST_PAUSE_MS2 * 2 ** (tries - 1)));
}
__name(pauseBefore, "pauseBefore");

// nodes/NanoBanana/submit/submitResult.ts
function readSubmitResult(answer, options) {
  if (answer.kind === "unsent") {
    const failure = { kind: "unreachable", gatewayMessage: answer.reason };
    return answer.lasting ? { kind: "failed", failure } : { kind: "unsent", failure };
  }
  if (answer.kind === "unclear") {
    const taskId = idInHeaders(answer.headers ?? {});
    return taskId === void 0 ? unclear({ gatewayMessage: answer.reason }) : taken(taskId, 0);
  }
  if (answer.kind === "tooLarge") {
    return unclear({
      message: `The API response is larger than ${megabytes(answer.limit)} and was not read`,
      nextStep: "Before you run the node again, raise 'Max Download Size (MB)' under Options or set 'Response Format' to URL."
    });
  }
  const body = parseBody(answer.bytes);
  const wait = retryAfterMs(answer.headers["retry-after"], options.now);
  if (answer.status < 200 || answer.status >= 300)
    return takenDespite(answer, body, wait) ?? readError2(answer.status, body, answer, wait);
  const image = rawImage(answer);
  if (image) return arrived({ kind: "images", images: [image] });
  return readSuccess2(options.decode(body), body, answer, wait);
}
__name(readSubmitResult, "readSubmitResult");
function rawImage({ headers, bytes }) {
  return /^\s*image\//i.test(String(headers["content-type"])) ? refFrom(bytes.toString("base64"), "") : void 0;
}
__name(rawImage, "rawImage");
function readSuccess2(decoded, body, answer, wait) {
  if (decoded.kind === "failed") return readFailed(decoded, body, answer, wait);
  const taskId = ("taskId" in decoded ? decoded.taskId : void 0) ?? idInHeaders(answer.headers);
  if (decoded.kind === "images" && decoded.images.length > 0) return arrived(decoded);
  if (taskId !== void 0) return taken(taskId, wait, decoded);
  const response = bodyText(answer.bytes);
  if (decoded.kind === "images") return arrived({ ...decoded, response });
  const page2 = classify(200, body, answer.headers);
  const isPage = page2.kind === "wrong_base_url" && !/json/i.test(String(answer.headers["content-type"]));
  if (isPage) return { kind: "failed", failure: page2 };
  return unclear({ httpStatus: answer.status, message: "The API response contains no task ID and no image", response });
}
__name(readSuccess2, "readSuccess");
function takenDespite({ status, headers }, body, wait) {
  const named2 = [body, unwrapText(own(body, "data")), own(body, "error")].find((place) => namedId(place) !== void 0);
  const word = statusWord(named2) ?? "";
  const task = named2 === void 0 ? void 0 : statusOf(word);
  const isOpen2 = task === "queued" || task === "running";
  const isOver = task === "failed" && !/^(error|fail|failed|failure)$/i.test(word);
  const isTaken = named2 !== void 0 && (isOpen2 || !isOver && mayHaveTaken(status));
  const taskId = isTaken ? namedId(named2) : status < 400 || mayHaveTaken(status) ? idInHeaders(headers) : void 0;
  return taskId === void 0 ? void 0 : taken(taskId, wait);
}
__name(takenDespite, "takenDespite");
function idInHeaders(headers) {
  const location = firstText(headers, "location", "operation-location") ?? "";
  const part = /\/tasks\/([^\s/?#]{1,600})/.exec(location)?.[1] ?? "";
  try {
    return namedId({ task_id: decodeURIComponent(part) }) ?? namedId({ task_id: own(headers, "x-new-api-task-id") });
  } catch {
    return void 0;
  }
}
__name(idInHeaders, "idInHeaders");
function arrived(outcome) {
  return {
    kind: "accepted",
    accepted: outcome.taskId === void 0 ? { outcome } : { taskId: outcome.taskId, outcome },
    firstPollMs: 0
  };
}
__name(arrived, "arrived");
function taken(taskId, wait, decoded) {
  const pending2 = decoded?.kind === "pending" ? decoded : { kind: "pending", status: "queued" };
  return { kind: "accepted", accepted: { taskId, outcome: { ...pending2, taskId } }, firstPollMs: wait };
}
__name(taken, "taken");
function readFailed(decoded, body, answer, wait) {
  const { taskId, cause, reason, code } = decoded;
  const response = bodyText(answer.bytes);
  if (cause === "rejected") {
    const status = embeddedStatus(body);
    const failure = classify(status ?? 400, body);
    const isClear = status !== void 0 || failure.kind !== "invalid_request" || isInvalidRequest(body);
    return isClear ? readError2(status ?? 400, body, answer, wait) : unclear({ ...failure, response });
  }
  if (cause === "noImage" && taskId === void 0)
    return arrived({ kind: "images", images: [], text: reason, ...code && { code } });
  return { kind: "failed", failure: failureOf(decoded) };
}
__name(readFailed, "readFailed");
function readError2(status, body, answer, wait) {
  const failure = classify(status, body, answer.headers);
  if (provesNothingAccepted(status, body, answer.headers)) return { kind: "refused", failure, retryAfterMs: wait };
  return leavesItUnclear(status, body, answer.headers) ? unclear({ ...failure, response: bodyText(answer.bytes) }) : { kind: "failed", failure };
}
__name(readError2, "readError");
function unclear(failure) {
  return { kind: "failed", failure: { ...failure, kind: "unclear_submission" } };
}
__name(unclear, "unclear");

// nodes/NanoBanana/poll/waitForTask.ts
var MANY_POLLS = 5;
var FEW_POLLS = 3;
async function waitForTask(options) {
  const ticket = options.schedule.track(options.startedAt, options.stepMs, options.isFresh);
  try {
    return await pollUntilEnd(options, ticket);
  } finally {
    ticket.close();
  }
}
__name(waitForTask, "waitForTask");
async function pollUntilEnd(options, ticket) {
  const { clock, signal, deadline } = options;
  let reads = 0;
  let last;
  let lastFailure;
  let seenAt = clock.now();
  let emptyPolls = 0;
  let doubts = 0;
  let notBefore = clock.now() + (options.isFresh ? options.firstPollMs ?? 0 : 0);
  for (; ; ) {
    await pauseUntilDue(options, ticket, notBefore);
    if (signal.aborted) return { kind: "stopped", reads };
    const poll2 = await options.poll();
    const now = clock.now();
    reads += 1;
    doubts = isDoubt(options, poll2) ? doubts + 1 : 0;
    const isBelieved = poll2.kind === "final" || poll2.kind === "notFound" && now >= seenAt + options.graceMs || poll2.kind !== "outcome" && doubts >= pollsToBelieve(options, poll2.failure);
    if (isBelieved) return { kind: "failed", failure: poll2.failure, reads };
    if ("outcome" in poll2 && poll2.outcome) {
      last = poll2.outcome;
      options.onPoll?.(last);
    }
    if (poll2.kind === "outcome") {
      seenAt = now;
      if (poll2.outcome.kind === "failed")
        return { kind: "failed", failure: failureOf(poll2.outcome), outcome: poll2.outcome, reads };
      emptyPolls = poll2.outcome.kind === "images" ? emptyPolls + 1 : 0;
      if (poll2.outcome.kind === "images" && (poll2.outcome.images.length > 0 || emptyPolls >= MANY_POLLS)) {
        ticket.succeeded(now);
        return { kind: "images", outcome: poll2.outcome, reads };
      }
    } else {
      lastFailure = poll2.failure;
    }
    if (now >= deadline) return { kind: "timedOut", last, lastFailure, reads };
    if (poll2.kind === "outcome" && poll2.outcome.kind === "pending") ticket.pending(now, poll2.outcome.progress);
    else ticket.failed(now);
    const asked = "retryAfterMs" in poll2 ? poll2.retryAfterMs : 0;
    notBefore = now + (asked > 0 ? Math.max(jitter(asked), asked) : 0);
  }
}
__name(pollUntilEnd, "pollUntilEnd");
function isDoubt({ isOwn }, poll2) {
  return poll2.kind === "doubtful" || poll2.kind === "passing" && !isOwn && poll2.failure.httpStatus === 200;
}
__name(isDoubt, "isDoubt");
function pollsToBelieve({ isOwn }, failure) {
  return isOwn && !CLEAR_REJECTIONS.includes(failure.kind) ? MANY_POLLS : FEW_POLLS;
}
__name(pollsToBelieve, "pollsToBelieve");
async function pauseUntilDue({ clock, signal, deadline }, ticket, notBefore) {
  while (!signal.aborted) {
    const restMs = Math.min(Math.max(ticket.dueAt, notBefore), deadline) - clock.now();
    if (restMs <= 0) return;
    const earlier = new AbortController();
    const wake = /* @__PURE__ */ __name(() => earlier.abort(), "wake");
    ticket.onEarlier = wake;
    const forget = onAbort(signal, wake);
    await clock.pause(Math.ceil(restMs), earlier.signal);
    forget();
  }
}
__name(pauseUntilDue, "pauseUntilDue");

// nodes/NanoBanana/steps/pollTask.ts
var OWN_GRACE_MS = 6e4;
var FOREIGN_GRACE_MS = 5e3;
var OVERLOADED = ["upstream_down", "unreachable", "rate_limited"];
async function pollTask(item, options) {
  const { settings, run } = item;
  const { taskId } = options;
  const now = systemClock.now();
  const deadline = now + settings.timeoutMs;
  const isFresh = options.origin === "fresh";
  const result = await waitForTask({
    poll: /* @__PURE__ */ __name(async () => await poll(item, options, deadline - systemClock.now()), "poll"),
    schedule: run.schedule,
    clock: systemClock,
    signal: run.signal,
    startedAt: isFresh || !options.submittedAt ? now : Date.parse(options.submittedAt),
    deadline,
    // An ID that was never seen accepted is not called charged, however short the timeout.
    graceMs: options.origin === "named" ? Math.min(FOREIGN_GRACE_MS, settings.timeoutMs) : OWN_GRACE_MS,
    isOwn: options.origin !== "named",
    stepMs: settings.pollIntervalMs,
    isFresh,
    firstPollMs: options.firstPollMs,
    onPoll: /* @__PURE__ */ __name((outcome) => logStatus(item, taskId, outcome), "onPoll")
  });
  if (result.kind === "failed" && result.outcome) {
    run.failedTasks.add(taskId);
    options.onFailed?.();
  }
  return { outcome: outcomeOf(item, result, options), reads: result.reads };
}
__name(pollTask, "pollTask");
function outcomeOf(item, result, { taskId, origin }) {
  if (result.kind === "images") return result.outcome;
  if (result.kind === "failed") throw failureError({ ...result.failure, taskId });
  if (result.kind === "stopped") throw failureError({ kind: "canceled", taskId });
  const isSeen = result.last !== void 0 || origin !== "named" && OVERLOADED.includes(result.lastFailure?.kind ?? "upstream_down");
  if (!isSeen && result.lastFailure) throw failureError({ ...result.lastFailure, taskId });
  const { last: seenLast } = result;
  const last = seenLast?.kind === "pending" ? seenLast : {
    kind: "pending",
    status: "unknown",
    ...seenLast?.kind === "unknown" && { reason: seenLast.reason, response: seenLast.response }
  };
  if (item.settings.onTimeout === "continue") return { ...last, taskId };
  const said2 = [`Last status: ${last.word ?? last.status}`, last.reason].filter(Boolean).join(". ");
  const seen = result.last ? said2 : result.lastFailure?.gatewayMessage;
  throw failureError({
    kind: "timed_out",
    taskId,
    message: `The task did not finish within ${item.settings.timeoutMs / 1e3} seconds`,
    ...seen && { gatewayMessage: seen },
    ...last.response && { response: last.response }
  });
}
__name(outcomeOf, "outcomeOf");
async function pollOnce(item, taskId, reservation) {
  const found = await poll(item, { taskId, images: 1, reservation }, item.settings.timeoutMs);
  const seen = "outcome" in found ? found.outcome : void 0;
  if (seen === void 0)
    throw failureError({ ..."failure" in found ? found.failure : { kind: "unreadable_answer" }, taskId });
  logStatus(item, taskId, seen);
  const outcome = seen.kind === "unknown" ? { ...seen, kind: "pending", status: "unknown", taskId } : seen;
  return { outcome, reads: 1 };
}
__name(pollOnce, "pollOnce");
function logStatus({ ctx, itemIndex }, taskId, outcome) {
  const pending2 = outcome.kind === "pending" ? outcome : void 0;
  const status = pending2?.status ?? (outcome.kind === "images" ? "succeeded" : outcome.kind);
  const progress = outcome.kind === "images" ? 100 : pending2?.progress;
  ctx.logger.debug(`NanoBanana: task ${taskId} is ${status}`, { taskId, itemIndex, status, progress });
}
__name(logStatus, "logStatus");
async function poll(item, task, remainingMs) {
  return await fetchTaskStatus(
    item.readClient,
    { taskId: task.taskId, references: task.references, imagePath: item.settings.imagePath },
    { remainingMs, maxBytes: maxResponseBytes(item, task.images), reserveMemory: task.reservation.before }
  );
}
__name(poll, "poll");

// nodes/NanoBanana/parameters/referenceImages.ts
var import_node_crypto4 = require("node:crypto");
var MAX_REFERENCE_BYTES = 20 * MEGABYTE;
var SENDABLE = ["image/png", "image/jpeg", "image/webp", "image/gif"];
function readSources(ctx) {
  const inputType = ctx.getNodeParameter("inputType", "binary");
  const fields = inputType === "url" ? [] : splitNames(ctx.getNodeParameter("binaryPropertyName", "data"));
  const urls = inputType === "binary" ? [] : splitUrls(ctx.getNodeParameter("imageUrls", ""));
  if (inputType !== "url" && fields.length === 0) {
    throw invalid(
      "'Input Data Field Name(s)' is empty",
      "Enter the name of the input field containing the image, e.g. data."
    );
  }
  if (inputType !== "binary" && urls.length === 0) {
    throw invalid("'URL(s)' is empty", "Enter at least one image URL, e.g. https://example.com/image.png.");
  }
  return [
    ...fields.map((field) => ({ kind: "field", field })),
    ...urls.map((url) => ({ kind: "url", url: checkedUrl(url) }))
  ];
}
__name(readSources, "readSources");
async function digestOf(ctx, source, settings) {
  if (source.kind === "url") return { digest: source.url, bytes: 0 };
  const { data } = await loadField(ctx, source.field, settings);
  return { digest: (0, import_node_crypto4.createHash)("sha256").update(data).digest("hex"), bytes: data.length };
}
__name(digestOf, "digestOf");
async function loadReferences(ctx, sources, settings) {
  const references = [];
  for (const source of sources)
    references.push(source.kind === "url" ? source : await loadField(ctx, source.field, settings));
  return references;
}
__name(loadReferences, "loadReferences");
function splitNames(value) {
  return (listIn(value) ?? String(value ?? "").split(",")).map((name) => String(name).trim()).filter(Boolean);
}
__name(splitNames, "splitNames");
function splitUrls(value) {
  const texts = listIn(value)?.map(String) ?? String(value ?? "").split(/[\r\n]+|,(?=\s*\S+:\/\/)|,\s+|,$/);
  return texts.map((text) => text.trim()).filter(Boolean);
}
__name(splitUrls, "splitUrls");
function listIn(value) {
  const opened = unwrapText(value);
  return Array.isArray(opened) ? opened : void 0;
}
__name(listIn, "listIn");
function checkedUrl(text) {
  const url = /^https?:\/\/[^\s/]+/i.test(text) && !/\s/.test(text) ? text : void 0;
  if (url && URL.canParse(url)) return url;
  throw invalid(
    `'URL(s)' contains an invalid URL: ${text.slice(0, 80)}`,
    "Enter a public URL that starts with https://. To use files from this workflow, set 'Input Type' to 'Binary File(s)'."
  );
}
__name(checkedUrl, "checkedUrl");
async function loadField(ctx, field, settings) {
  const data = await fieldBytes(ctx, field);
  if (data.length > MAX_REFERENCE_BYTES && !settings.skipModelChecks) {
    throw invalid(
      `The file in '${field}' is too large (${megabytes(data.length)}, maximum ${megabytes(MAX_REFERENCE_BYTES)})`,
      "Resize the image, e.g. with the Edit Image node, or set 'Input Type' to 'Image URL(s)'. To send it anyway, turn on 'Skip Model Checks' under Options."
    );
  }
  const facts = readImageFormat(data);
  if (!facts || !SENDABLE.includes(facts.mimeType) && !settings.skipModelChecks) {
    throw invalid(
      `The file in '${field}' is not a supported image`,
      "Use a PNG, JPEG, WebP, or GIF file, and check which node provides the field."
    );
  }
  return {
    kind: "bytes",
    field,
    data,
    mimeType: facts.mimeType,
    fileName: `${field.replace(/[^\w-]+/g, "_")}.${facts.extension}`
  };
}
__name(loadField, "loadField");
async function fieldBytes(ctx, field) {
  try {
    ctx.helpers.assertBinaryData(field);
  } catch {
    const present2 = Object.keys(ctx.getInputData().binary ?? {});
    const have = present2.length > 0 ? `This item has files in: ${present2.join(", ")}.` : "This item has no files.";
    throw invalid(
      `No file found in the input field '${field}'`,
      `${have} Correct 'Input Data Field Name(s)', or add a node that loads the image.`
    );
  }
  return await ctx.helpers.getBinaryDataBuffer(field);
}
__name(fieldBytes, "fieldBytes");

// nodes/NanoBanana/parameters/imageRequest.ts
var FORMAT_LABELS = { png: "PNG", jpeg: "JPEG", webp: "WebP" };
function readRequest(body, settings, references) {
  const operation = OPERATIONS[settings.operation].takesReferences ? "imageToImage" : "textToImage";
  const extraBody = readExtraBody(settings.extraBody);
  const request = {
    operation,
    model: requiredText(
      "Model",
      own(body, "model"),
      "Select a model from the list or enter a model ID, e.g. NanoBanana2-1K."
    ).trim(),
    prompt: promptFrom(
      "Prompt",
      own(body, "prompt"),
      "Describe the image. If you use an expression, check that it returns text for this item."
    ),
    n: imageCountFrom(imagesAsked(body, extraBody, settings)),
    ...optional("aspectRatio", readAspectRatio(own(body, "aspect_ratio"))),
    ...optional("outputFormat", settings.outputFormat),
    ...optional("imageSize", settings.imageSize),
    responseFormat: settings.responseFormat,
    sendBinaryAs: settings.sendBinaryAs,
    extraBody
  };
  const findings = modelFindings(request, references, settings);
  if (findings.length > 0 && !settings.skipModelChecks) throw failureError({ kind: "invalid_input", ...findings[0] });
  const warnings = [
    ...findings.map((finding) => `${finding.message}.`),
    ...unknownModelWarnings(request.model, settings)
  ];
  return { request, warnings };
}
__name(readRequest, "readRequest");
var REQUEST_FIELDS = [
  "operation",
  "apiFormat",
  "prompt",
  "inputType",
  "binaryPropertyName",
  "imageUrls",
  "aspectRatio",
  "numberOfImages",
  "outputFormat",
  "extraBody",
  "imageSize",
  "responseFormat",
  "sendBinaryAs"
];
function requestAsWritten(parameters) {
  const { model, options } = parameters;
  return [own(model, "value") ?? model, ...REQUEST_FIELDS.map((name) => parameters[name] ?? own(options, name))];
}
__name(requestAsWritten, "requestAsWritten");
var MAX_IMAGES_PER_ITEM = 1e3;
function promptFrom(label, value, nextStep) {
  const prompt = requiredText(label, value, nextStep);
  if (!prompt.includes("[object Object]")) return prompt;
  throw invalid(
    `'${label}' contains [object Object]`,
    "An expression returns an object instead of text. Select one of its fields, e.g. {{ $json.text }}."
  );
}
__name(promptFrom, "promptFrom");
function imageCountFrom(value) {
  const count = wholeNumber("Number of Images", value, 1);
  if (count <= MAX_IMAGES_PER_ITEM) return count;
  throw invalid(
    `'Number of Images' can be at most ${MAX_IMAGES_PER_ITEM} (got ${count})`,
    "Enter a smaller number, or send more items."
  );
}
__name(imageCountFrom, "imageCountFrom");
function imagesAsked(body, extraBody, settings) {
  const added = settings.apiFormat === "gemini" ? void 0 : own(extraBody, "n");
  return added ?? own(body, "n") ?? 1;
}
__name(imagesAsked, "imagesAsked");
function modelFindings(request, references, settings) {
  const findings = [];
  const escape = "To send it anyway, turn on 'Skip Model Checks' under Options.";
  const extra = request.extraBody;
  const added = ["image", "images"].filter((key) => key in extra);
  if (added.length > 0 && added.length + references > 1) {
    findings.push({
      message: "Reference images are set in 'Additional Request Fields (JSON)' and in another field",
      nextStep: "Set them in one place only."
    });
  }
  const model = findModel(request.model);
  if (!model) return findings;
  const { family } = model;
  if (request.outputFormat && !family.outputFormats.includes(request.outputFormat)) {
    findings.push({
      message: `${model.id} does not support the output format ${FORMAT_LABELS[request.outputFormat]}`,
      nextStep: `Set 'Output Format' to ${family.outputFormats.map((format) => FORMAT_LABELS[format]).join(" or ")}, or use the NanoBanana model, which supports WebP. ${escape}`
    });
  }
  if (request.aspectRatio && !family.aspectRatios.includes(request.aspectRatio)) {
    findings.push({
      message: `${model.id} does not support the aspect ratio ${request.aspectRatio}`,
      nextStep: `Set 'Aspect Ratio' to one of: ${family.aspectRatios.join(", ")}. ${escape}`
    });
  }
  if (references > family.maxReferences) {
    findings.push({
      message: `${model.id} accepts up to ${family.maxReferences} reference images (got ${references})`,
      nextStep: `Remove images from 'URL(s)' or 'Input Data Field Name(s)'. ${escape}`
    });
  }
  if (settings.apiFormat === "asyncTask" && "size" in extra) {
    findings.push({
      message: "NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'",
      nextStep: `Remove 'size'. Use 'Aspect Ratio' for the shape and 'Model' for the resolution (\u2026-1K, \u2026-2K). ${escape}`
    });
  }
  return findings;
}
__name(modelFindings, "modelFindings");
function unknownModelWarnings(id, settings) {
  const model = findModel(id);
  if (!model) return [];
  const lacksGeminiId = settings.apiFormat === "gemini" && !model.geminiId;
  return lacksGeminiId ? [`There is no known Gemini ID for ${id}. It was sent unchanged.`] : [];
}
__name(unknownModelWarnings, "unknownModelWarnings");
function readExtraBody(value) {
  const parsed = typeof value === "string" ? value.trim() === "" ? {} : parseJson(value) : value ?? {};
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw invalid(
    "'Additional Request Fields (JSON)' must be a JSON object",
    'Enter an object such as { "seed": 42 }, or remove the option.'
  );
}
__name(readExtraBody, "readExtraBody");
function readAspectRatio(value) {
  if (value === void 0 || value === null || value === "" || value === "auto") return void 0;
  if (typeof value === "string" && /^\d{1,3}:\d{1,3}$/.test(value.trim())) return value.trim();
  throw invalid("'Aspect Ratio' is not a valid ratio", "Use a ratio such as 16:9. Sizes in pixels are not supported.");
}
__name(readAspectRatio, "readAspectRatio");
function optional(key, value) {
  return value === void 0 ? {} : { [key]: value };
}
__name(optional, "optional");

// nodes/NanoBanana/steps/prepareRequest.ts
var CHANGED = "The request changed since it was first sent (an expression returns another value), and this is the result of the first one. You were not charged again.";
async function prepareRequest(item) {
  const { ctx, settings, executionId } = item;
  const sources = OPERATIONS[settings.operation].takesReferences ? readSources(ctx) : [];
  const checked = readRequest(item.base.body, settings, sources.length);
  const { digests, bytes } = await readDigests(item, sources);
  const evaluated = hashOf([settings.apiFormat, checked.request, digests]);
  const written = hashOf(requestAsWritten(ctx.getNode().parameters));
  const { key, record: earlier } = findRecord(ctx, { written, evaluated }, item.isTool);
  const isResumed = earlier?.calls.some((call) => !isOpen(call, executionId)) === true;
  const isSame = earlier?.requestHash === evaluated;
  const callCount = FORMATS[settings.apiFormat].encode({ ...checked.request, references: [] }).length;
  const record2 = earlier && (isResumed || isSame) ? earlier : {
    requestHash: evaluated,
    images: checked.request.n,
    // The API may have seen the key of an unclear request: with it that one is not charged twice.
    calls: Array.from({ length: callCount }, (_, call) => unclearKey(earlier?.calls[call]))
  };
  if (settings.previewRequest) {
    item.run.previewedImages += record2.images;
  } else if (item.isTool) {
    saveRecord(ctx, key, record2);
    useRecord(record2);
  }
  return {
    ...checked,
    request: { ...checked.request, n: record2.images },
    warnings: [...checked.warnings, ...isResumed && !isSame ? [CHANGED] : []],
    sources,
    referenceBytes: bytes,
    key,
    record: record2
  };
}
__name(prepareRequest, "prepareRequest");
function unclearKey(earlier) {
  return earlier?.unclear ? { idempotencyKey: earlier.idempotencyKey } : {};
}
__name(unclearKey, "unclearKey");
function imagesToPay({ settings, executionId }, { record: record2 }) {
  if (settings.previewRequest) return 0;
  const open = record2.calls.filter((call) => isOpen(call, executionId)).length;
  return record2.images * open / record2.calls.length;
}
__name(imagesToPay, "imagesToPay");
async function readDigests(item, sources) {
  const reservation = item.run.memoryBudget.reservation();
  try {
    if (sources.some((source) => source.kind === "field")) await reservation.before(MAX_REFERENCE_BYTES);
    const digests = [];
    let bytes = 0;
    for (const source of sources) {
      const read = await digestOf(item.ctx, source, item.settings);
      digests.push(read.digest);
      bytes += read.bytes;
    }
    return { digests, bytes };
  } finally {
    reservation.release();
  }
}
__name(readDigests, "readDigests");
function referenceUrls(prepared) {
  return prepared.sources.flatMap((source) => source.kind === "url" ? [source.url] : []);
}
__name(referenceUrls, "referenceUrls");
async function encodeCall2(item, prepared, call, reservation) {
  const format = FORMATS[item.settings.apiFormat];
  if (prepared.referenceBytes > 0) await reservation.before(prepared.referenceBytes * 2);
  const given = await loadReferences(item.ctx, prepared.sources, item.settings);
  const isInlined = format.needsBytes({ ...prepared.request, references: given });
  const references = isInlined ? await Promise.all(given.map(async (reference) => await inline(item, reference, reservation))) : given;
  return format.encode({ ...prepared.request, references })[call];
}
__name(encodeCall2, "encodeCall");
async function inline(item, reference, reservation) {
  if (reference.kind === "bytes") return reference;
  const fetched = await downloadImage(
    { kind: "url", url: reference.url },
    {
      client: item.readClient,
      clock: systemClock,
      maxBytes: MAX_REFERENCE_BYTES,
      save: /* @__PURE__ */ __name(async (file) => await Promise.resolve(file), "save"),
      // The memory is needed until the request is sent, so its owner is the request.
      startTransfer: /* @__PURE__ */ __name(async () => await Promise.resolve({ reserveMemory: reservation.before, end: /* @__PURE__ */ __name(() => void 0, "end") }), "startTransfer"),
      deadline: systemClock.now() + requestTimeoutMs(item),
      allowKey: false
    }
  );
  if (fetched.kind === "image") {
    return {
      kind: "bytes",
      field: reference.url,
      data: fetched.saved.bytes,
      mimeType: fetched.saved.facts.mimeType,
      fileName: `reference.${fetched.saved.facts.extension}`
    };
  }
  throw failureError({
    kind: "invalid_input",
    message: `A reference image in 'URL(s)' could not be downloaded: ${fetched.reason}`,
    nextStep: `Check that n8n can open ${redact(reference.url, item.apiKey)} without signing in, or pass the image as a file.`
  });
}
__name(inline, "inline");

// nodes/NanoBanana/steps/createTask.ts
async function createTask(item, prepared, call) {
  const { run, executionId, settings } = item;
  const record2 = prepared.record.calls[call];
  const reservation = run.memoryBudget.reservation();
  try {
    if (record2.taskId !== void 0) return await resumeTask(item, prepared, call, reservation);
    if (record2.response && isAnswered(record2, executionId)) {
      if (record2.emptyIn === void 0) run.keptItems.add(item.itemIndex);
      const { response, submittedAt } = record2;
      return { outcome: response, stored: storedImages(record2), submittedAt, reads: 0, reservation };
    }
    if (isUnclear(record2, executionId) && !settings.retryUnclear) throw failureError(unclearFailure(record2));
    return await submitCall(item, prepared, call, reservation);
  } catch (thrown) {
    reservation.release();
    const failure = toFailure(thrown);
    const isHidden = isUnclear(record2, executionId) && !ENDS_OF_UNCLEAR.includes(failure.kind);
    if (isUnclear(record2, executionId)) run.unclearItems.add(item.itemIndex);
    throw isHidden ? failureError(unclearFailure(record2)) : thrown;
  }
}
__name(createTask, "createTask");
var ENDS_OF_UNCLEAR = ["unclear_submission", "idempotency_conflict", "canceled"];
async function submitCall(item, prepared, call, reservation) {
  const { run, settings } = item;
  const record2 = prepared.record.calls[call];
  const attempt = /* @__PURE__ */ __name(async () => {
    const encoded = await encodeCall2(item, prepared, call, reservation);
    throwIfCanceled(run.signal);
    record2.submittedAt = new Date(systemClock.now()).toISOString();
    record2.idempotencyKey ??= hashOf([item.executionId, item.ctx.getNode().id, prepared.key, call, record2.submittedAt]);
    saveRecord(item.ctx, prepared.key, prepared.record);
    const limits = {
      timeoutMs: requestTimeoutMs(item),
      maxBytes: maxResponseBytes(item, prepared.request.n),
      reserveMemory: reservation.before
    };
    let result;
    try {
      const response = await sendCall(item.submitClient, encoded, record2.idempotencyKey, limits);
      result = readSubmitResult(response, { decode, now: systemClock.now() });
    } catch (thrown) {
      recordUnclear(item, record2, toFailure(thrown));
      throw failureError(toFailure(thrown));
    }
    recordResult(item, record2, result);
    if (result.kind !== "accepted") reservation.release();
    return result;
  }, "attempt");
  const decode = /* @__PURE__ */ __name((body) => FORMATS[settings.apiFormat].decode(body, item.base.baseURL ?? "", { references: referenceUrls(prepared) }), "decode");
  const accepted = await submit(run.limiter, attempt, {
    clock: systemClock,
    signal: run.signal,
    giveUpAfterMs: settings.timeoutMs,
    resendUnclear: settings.retryUnclear,
    onFailed: /* @__PURE__ */ __name(() => abortItem(item, prepared), "onFailed")
  }).catch((thrown) => {
    if (isUnclear(record2, item.executionId)) logUnclear(item, record2);
    throw failureError(toFailure(thrown));
  });
  return await finishCall(item, prepared, call, { ...accepted, reservation });
}
__name(submitCall, "submitCall");
async function finishCall(item, prepared, call, { accepted, permit, firstPollMs, reservation }) {
  const { taskId, outcome } = accepted;
  const { submittedAt } = prepared.record.calls[call];
  const submission = { taskId, submittedAt, references: referenceUrls(prepared), reservation };
  try {
    if (taskId === void 0) return await storeResponse(item, prepared, call, { ...submission, outcome, reads: 0 });
    if (outcome.kind === "images" || !item.settings.wait) return { ...submission, outcome, reads: 0 };
    reservation.release();
    const polled = await pollTask(item, {
      ...submission,
      taskId,
      origin: "fresh",
      images: prepared.request.n,
      firstPollMs,
      onFailed: /* @__PURE__ */ __name(() => forgetCall(prepared, call), "onFailed")
    });
    return { ...submission, ...polled };
  } catch (thrown) {
    abortItem(item, prepared);
    throw failureError(toFailure(thrown));
  } finally {
    permit.release();
  }
}
__name(finishCall, "finishCall");
async function resumeTask(item, prepared, call, reservation) {
  const { run, settings } = item;
  const { taskId = "", submittedAt } = prepared.record.calls[call];
  const submission = { taskId, submittedAt, references: referenceUrls(prepared), reservation };
  noteTask(item, taskId);
  if (!settings.wait) return { ...submission, outcome: { kind: "pending", status: "queued", taskId }, reads: 0 };
  const permit = await run.limiter.acquire({ isResumed: true });
  if (!permit) throw failureError({ kind: "canceled", taskId });
  try {
    const onFailed = /* @__PURE__ */ __name(() => forgetCall(prepared, call), "onFailed");
    const polled = await pollTask(item, { ...submission, origin: "resumed", images: prepared.request.n, onFailed });
    return { ...submission, ...polled };
  } catch (thrown) {
    abortItem(item, prepared);
    throw failureError(toFailure(thrown));
  } finally {
    permit.release();
  }
}
__name(resumeTask, "resumeTask");
function abortItem(item, prepared) {
  if (prepared.record.calls.length === 1) abortRun(item);
}
__name(abortItem, "abortItem");
function forgetCall(prepared, call) {
  prepared.record.calls[call] = {};
}
__name(forgetCall, "forgetCall");
async function storeResponse(item, prepared, call, result) {
  const { calls } = prepared.record;
  const stored = await storeInlineImages(item, result, call, calls.length);
  if (!keepFinished(calls[call], { stored })) item.run.isKeptInMemory = true;
  result.reservation.release();
  return { ...result, outcome: calls[call].response ?? result.outcome, stored };
}
__name(storeResponse, "storeResponse");
function recordResult(item, record2, result) {
  if (result.kind === "accepted") recordAccepted(item, record2, result.accepted);
  else if (["unclear_submission", "idempotency_conflict"].includes(result.failure.kind))
    recordUnclear(item, record2, result.failure);
}
__name(recordResult, "recordResult");
function recordAccepted(item, record2, { taskId, outcome }) {
  const { ctx, run, itemIndex, executionId, apiKey } = item;
  delete record2.unclear;
  if (taskId !== void 0) {
    record2.taskId = taskId;
    noteTask(item, taskId);
    ctx.logger.info(`NanoBanana: the API accepted task ${taskId}`, { taskId, itemIndex, status: "queued" });
    return;
  }
  const response = { ...redactResponse(outcome, apiKey) };
  record2.response = { ...response, images: outcome.images.filter((image) => image.kind === "url") };
  delete record2.emptyIn;
  if (outcome.images.length === 0) record2.emptyIn = executionId;
  else run.keptItems.add(itemIndex);
}
__name(recordAccepted, "recordAccepted");
function recordUnclear({ executionId, apiKey }, record2, failure) {
  const { kind, httpStatus, gatewayMessage } = failure;
  record2.unclear ??= {
    executionId,
    ...kind === "idempotency_conflict" && { kind },
    submittedAt: record2.submittedAt,
    ...httpStatus && { httpStatus },
    ...gatewayMessage && { cause: redact(gatewayMessage, apiKey) }
  };
  record2.unclear.executionId = executionId;
}
__name(recordUnclear, "recordUnclear");
function unclearFailure({ unclear: unclear2 }) {
  return {
    kind: unclear2?.kind ?? "unclear_submission",
    gatewayMessage: unclear2?.cause,
    httpStatus: unclear2?.httpStatus,
    submittedAt: unclear2?.submittedAt
  };
}
__name(unclearFailure, "unclearFailure");
function noteTask({ run, itemIndex }, taskId) {
  run.tasks.set(itemIndex, [...run.tasks.get(itemIndex) ?? [], taskId]);
}
__name(noteTask, "noteTask");
function logUnclear({ ctx, itemIndex }, { submittedAt }) {
  ctx.logger.warn(
    `NanoBanana: it is unclear whether the API accepted the request of item ${itemIndex}, sent ${submittedAt}. You may have been charged`,
    { itemIndex, submittedAt }
  );
}
__name(logUnclear, "logUnclear");

// nodes/NanoBanana/steps/previewRequest.ts
function previewItem(item, prepared) {
  const format = FORMATS[item.settings.apiFormat];
  const given = prepared.sources.map(standIn);
  const references = format.needsBytes({ ...prepared.request, references: given }) ? given.map(inlined) : given;
  const calls = format.encode({ ...prepared.request, references });
  const [first] = calls;
  const json2 = {
    preview: {
      method: "POST",
      url: `${item.base.baseURL ?? ""}${first.path}`,
      headers: {
        authorization: "Bearer [key]",
        "content-type": first.form ? "multipart/form-data" : "application/json"
      },
      body: bodyOf(first, references),
      calls: calls.length
    },
    requestHash: prepared.record.requestHash,
    billing: billingOf(prepared.request.n, item),
    warnings: [...prepared.warnings, "'Preview Request' is on, so nothing was sent."]
  };
  return { json: json2, pairedItem: { item: item.itemIndex } };
}
__name(previewItem, "previewItem");
function billingOf(images, { run, settings: { unitPrice } }) {
  const counted = { requestedImages: images, imagesInRun: run.previewedImages };
  if (unitPrice === void 0) return counted;
  return {
    ...counted,
    unitPrice,
    cost: rounded(unitPrice * images),
    costOfRun: rounded(unitPrice * run.previewedImages)
  };
}
__name(billingOf, "billingOf");
function standIn(source) {
  return source.kind === "url" ? source : named(source.field, `[file in '${source.field}']`);
}
__name(standIn, "standIn");
function inlined(reference) {
  return reference.kind === "bytes" ? reference : named(reference.url, `[image at ${reference.url}]`);
}
__name(inlined, "inlined");
function named(field, name) {
  return { kind: "bytes", field, data: Buffer.from(name), mimeType: "image/*", fileName: name };
}
__name(named, "named");
function bodyOf(call, references) {
  if (call.json) return nameFiles(call.json, references);
  const fields = (call.form ?? []).map((part) => ({
    name: part.name,
    value: Buffer.isBuffer(part.value) ? part.fileName ?? "[file]" : part.value
  }));
  return { fields };
}
__name(bodyOf, "bodyOf");
function nameFiles(json2, references) {
  const text = references.reduce((shown, reference) => {
    if (reference.kind === "url") return shown;
    return shown.split(reference.data.toString("base64")).join(JSON.stringify(reference.fileName).slice(1, -1));
  }, JSON.stringify(json2));
  return record(parseJson(text));
}
__name(nameFiles, "nameFiles");

// nodes/NanoBanana/lifecycle.ts
async function createImages({ options }) {
  return await runItem(this, options, { prepare: prepareRequest, imagesToPay, perform: createAndCollect });
}
__name(createImages, "createImages");
async function readTasks({ options }) {
  return await runItem(this, options, {
    prepare: /* @__PURE__ */ __name(() => readTaskIds(this.getNodeParameter("taskId", "")), "prepare"),
    imagesToPay: /* @__PURE__ */ __name(() => 0, "imagesToPay"),
    perform: /* @__PURE__ */ __name(async (item, taskIds) => eachOrThrow(item, await Promise.allSettled(taskIds.map(async (taskId) => await readTask(item, taskId)))), "perform")
  });
}
__name(readTasks, "readTasks");
async function createAndCollect(item, prepared) {
  if (item.settings.previewRequest) return [previewItem(item, prepared)];
  const { record: record2 } = prepared;
  try {
    const rows = finishedRows(record2) ?? await callAndCollect(item, prepared);
    if (item.isTool) record2.isDelivered = true;
    return rows;
  } finally {
    releaseRecord(record2);
  }
}
__name(createAndCollect, "createAndCollect");
async function callAndCollect(item, prepared) {
  const { record: record2, request } = prepared;
  const calls = await Promise.allSettled(record2.calls.map(async (_, call) => await createTask(item, prepared, call)));
  const results = calls.flatMap((call) => call.status === "fulfilled" ? [call.value] : []);
  const failures = calls.flatMap((call) => call.status === "rejected" ? [toFailure(call.reason)] : []);
  try {
    const isCanceled = failures.some((failure) => failure.kind === "canceled");
    const unclear2 = failures.find((failure) => failure.kind === "unclear_submission");
    if (results.length === 0 || isCanceled) throw failureError(unclear2 ?? failures[0]);
    const warnings = [
      ...prepared.warnings,
      ...failures.map((failure) => partWarning(failure, calls.length, item.apiKey)),
      ...calls.length > 1 ? [`${request.n} images were ${calls.length} calls. Each of them is charged.`] : []
    ];
    const rows = await collectImages(item, results, {
      requestedImages: request.n,
      model: request.model,
      requestHash: record2.requestHash,
      warnings
    });
    if (results.every((result) => result.taskId === void 0)) keepFinished(record2, { rows });
    return rows;
  } finally {
    results.forEach((result) => result.reservation.release());
  }
}
__name(callAndCollect, "callAndCollect");
function partWarning(failure, count, apiKey) {
  const details = failure.gatewayMessage ? ` (${redact(failure.gatewayMessage, apiKey)})` : "";
  return `One of ${count} calls returned no image: ${failureError(failure).message}${details}.`;
}
__name(partWarning, "partWarning");
async function readTask(item, taskId) {
  const { run, settings } = item;
  const permit = await run.limiter.acquire({ isResumed: true });
  if (!permit) throw failureError({ kind: "canceled", taskId });
  const reservation = run.memoryBudget.reservation();
  try {
    const polled = settings.wait ? await pollTask(item, { taskId, origin: "named", images: 1, reservation }) : await pollOnce(item, taskId, reservation);
    return await collectImages(item, [{ ...polled, taskId, reservation }], { warnings: [] });
  } finally {
    permit.release();
    reservation.release();
  }
}
__name(readTask, "readTask");

// test/simulation/n8n.ts
var KEY = "sk-simulated-0123456789";
var Process = class {
  static {
    __name(this, "Process");
  }
  isDead = false;
  crashed;
  resolveCrash;
  constructor() {
    this.crashed = new Promise((resolve) => this.resolveCrash = resolve);
  }
  crash() {
    this.isDead = true;
    this.resolveCrash("crashed");
  }
};
var Engine = class {
  constructor(world, api) {
    this.world = world;
    this.api = api;
  }
  world;
  api;
  static {
    __name(this, "Engine");
  }
  /** One try of the node: all items at once, or batch by batch. */
  async tryNode(execution, tryNumber) {
    const { plan, process: process2 } = execution;
    const inFlight = { posts: 0 };
    const run = /* @__PURE__ */ __name(async () => {
      const items = [];
      for (let item = 0; item < plan.items; item += 1) {
        if (plan.brokenItem === item && tryNumber === 1 && !plan.batchSize) {
          return { kind: "error", error: new Error("the expression of an item failed") };
        }
        if (plan.batchSize && item > 0 && item % plan.batchSize === 0) await this.world.sleep(400);
        const ctx = this.contextFor(execution, item, tryNumber, inFlight);
        const running = createImages.call(ctx, this.routed(execution, item, tryNumber));
        running.catch(() => void 0);
        items.push(running);
      }
      const ends = await Promise.allSettled(items);
      const failed2 = ends.find((end) => end.status === "rejected");
      if (failed2) return { kind: "error", error: failed2.reason };
      return { kind: "rows", rows: ends.map((end) => end.status === "fulfilled" ? end.value : []) };
    }, "run");
    return await Promise.race([run(), process2.crashed.then(() => ({ kind: "crashed" }))]);
  }
  /** 'Wait for Task Result' for these tasks, in an execution of its own. */
  async collect(execution, taskIds) {
    const ctx = this.contextFor(
      execution,
      0,
      1,
      { posts: 0 },
      { operation: "waitForResult", taskId: taskIds.join(), wait: true }
    );
    return await readTasks.call(ctx, { options: { baseURL: API, url: "" } });
  }
  routed({ plan }, item, tryNumber) {
    const changing = plan.promptChanges ? ` at ${this.world.now}, try ${tryNumber}` : "";
    const prompt = `a cube${plan.samePrompt ? "" : ` ${item}`}${changing}`;
    return { options: { baseURL: API, url: "", body: { model: "NanoBanana2-1K", prompt, n: plan.images } } };
  }
  contextFor(execution, item, tryNumber, inFlight, more = {}) {
    const { plan, cancel, reported } = execution;
    const written = {
      operation: "textToImage",
      model: { __rl: true, mode: "id", value: "NanoBanana2-1K" },
      prompt: plan.promptChanges ? "={{ $json.prompt }} at {{ $now }}" : "={{ $json.prompt }}",
      numberOfImages: plan.images,
      wait: plan.wait,
      simplify: true,
      options: {
        apiFormat: plan.format,
        timeout: plan.timeoutS,
        maxConcurrency: plan.maxConcurrency,
        download: plan.download,
        onTimeout: plan.onTimeout,
        ...this.api.settings.isBase64 && { responseFormat: "b64_json" }
      },
      requestOptions: plan.batchSize ? { batching: { batch: { batchInterval: 400, batchSize: plan.batchSize } } } : {},
      ...more
    };
    const log = /* @__PURE__ */ __name((level) => (text, meta = {}) => {
      reported.texts.push(`${text} ${JSON.stringify(meta)}`);
      if (level === "warn" && typeof meta.itemIndex === "number")
        reported.unclear.set(meta.itemIndex, (reported.unclear.get(meta.itemIndex) ?? 0) + 1);
      this.world.log(() => `n8n    log ${level}: ${text}`);
    }, "log");
    const input = Array.from({ length: plan.items }, () => ({ json: {} }));
    const send = /* @__PURE__ */ __name(async (options, withKey2) => await this.send(execution, item, options, withKey2, inFlight), "send");
    return {
      inputData: { main: [input] },
      runIndex: 0,
      getNode: /* @__PURE__ */ __name(() => ({
        id: "node",
        type: "nanoBanana",
        name: "NanoBanana",
        typeVersion: 1,
        position: [0, 0],
        parameters: written
      }), "getNode"),
      getNodeParameter: /* @__PURE__ */ __name((name, fallback) => written[name] ?? fallback, "getNodeParameter"),
      getItemIndex: /* @__PURE__ */ __name(() => item, "getItemIndex"),
      getInputData: /* @__PURE__ */ __name(() => input[item] ?? { json: {} }, "getInputData"),
      getContext: /* @__PURE__ */ __name(() => execution.context, "getContext"),
      getWorkflowStaticData: /* @__PURE__ */ __name(() => ({}), "getWorkflowStaticData"),
      getWorkflowDataProxy: /* @__PURE__ */ __name(() => ({ $runIndex: 0, $input: { all: /* @__PURE__ */ __name(() => input, "all") } }), "getWorkflowDataProxy"),
      getExecutionCancelSignal: /* @__PURE__ */ __name(() => cancel.signal, "getExecutionCancelSignal"),
      getExecutionId: /* @__PURE__ */ __name(() => String(execution.number), "getExecutionId"),
      getCredentials: /* @__PURE__ */ __name(async () => ({ apiKey: KEY, baseUrl: API }), "getCredentials"),
      continueOnFail: /* @__PURE__ */ __name(() => plan.continues, "continueOnFail"),
      logger: { info: log("info"), warn: log("warn"), error: log("error"), debug: /* @__PURE__ */ __name(() => void 0, "debug") },
      helpers: {
        httpRequest: /* @__PURE__ */ __name(async (options) => await send(options, false), "httpRequest"),
        httpRequestWithAuthentication: /* @__PURE__ */ __name(async function(_type, options) {
          return await send({ ...options, abortSignal: this.getExecutionCancelSignal() ?? options.abortSignal }, true);
        }, "httpRequestWithAuthentication"),
        prepareBinaryData: /* @__PURE__ */ __name(async (bytes, fileName, mimeType) => {
          await this.world.sleep(this.world.below(20));
          if (execution.process.isDead) await new Promise(() => void 0);
          const mark = markOf(bytes) ?? "no mark";
          return {
            data: plan.isInMemory ? bytes.toString("base64") : "",
            fileName,
            mimeType,
            directory: mark,
            ...!plan.isInMemory && { id: `file:${mark}` }
          };
        }, "prepareBinaryData")
      }
    };
  }
  async send(execution, item, options, withKey2, inFlight) {
    const { world, api } = this;
    const { process: process2, plan, cancel } = execution;
    const { method, url, abortSignal: signal } = options;
    const name = `${execution.number}.${item}`.padEnd(6);
    const isPaid = method === "POST";
    if (process2.isDead) return await new Promise(() => void 0);
    if (isPaid) this.checkBefore(execution, item);
    if (cancel.signal.aborted) world.violate(`a request after the cancel: ${method} ${url}`);
    if (withKey2 && new URL(url).origin !== API) world.violate(`the key went to ${url}`);
    if (!withKey2 && JSON.stringify(options).includes(KEY)) world.violate(`the key is in a request without it: ${url}`);
    const opened = withKey2 && world.chance(api.settings.faults / 4) ? world.pick(["ECONNREFUSED", "ENOTFOUND"]) : void 0;
    world.log(() => `${name} ${method} ${url}${opened ? ` ${opened}` : ""}`);
    if (isPaid && (inFlight.posts += 1) > plan.maxConcurrency)
      world.violate(`${inFlight.posts} paid requests in flight, at most ${plan.maxConcurrency} allowed`);
    try {
      return await new Promise((resolve, reject) => {
        let isOver = false;
        const over = /* @__PURE__ */ __name((finish) => {
          if (isOver || process2.isDead) return;
          isOver = true;
          finish();
        }, "over");
        const abort = /* @__PURE__ */ __name(() => over(() => reject(Object.assign(new Error("canceled"), { code: "ERR_CANCELED" }))), "abort");
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort, { once: true });
        if (opened) {
          const { error } = broken(opened, opened === "ENOTFOUND" ? "getaddrinfo" : "connect", 0);
          return void world.after(world.below(50), () => over(() => reject(error)));
        }
        world.after(1 + world.below(50), () => {
          if ((isOver || process2.isDead) && (!isPaid || world.chance(0.5))) return;
          const reply = this.replyTo(execution, item, options, withKey2);
          world.log(() => `${name}   ${method} arrived: ${describe(reply)}`);
          if (reply === "silence") return;
          world.after(reply.afterMs, () => {
            if ("error" in reply) return over(() => reject(reply.error));
            world.log(() => `${name}   ${method} answered ${reply.status}${isOver ? " to nobody" : ""}`);
            over(
              () => resolve({
                statusCode: reply.status,
                headers: reply.headers ?? {},
                body: import_node_stream.Readable.from(this.bodyOf(reply, process2, signal))
              })
            );
          });
        });
      });
    } finally {
      if (isPaid) inFlight.posts -= 1;
    }
  }
  replyTo(execution, item, { method, url, body }, withKey2) {
    const origin = { lineage: execution.plan.lineage, execution: execution.number, item };
    if (url.includes("/files/")) return this.api.file(url, withKey2);
    if (method !== "POST") return this.api.read(decodeURIComponent(url.split("/").at(-1) ?? ""));
    const kind = url.endsWith("/tasks") ? "task" : url.includes("generateContent") ? "gemini" : "openAi";
    const images = kind === "gemini" ? 1 : Number(JSON.parse(String(body)).n ?? 1);
    const before = this.api.charges.length;
    const reply = this.api.create(origin, kind, images);
    if (this.api.charges.length > before) this.checkCharge(execution, item);
    return reply;
  }
  /** An unclear request is not sent again in its execution. */
  checkBefore(execution, item) {
    const calls = execution.plan.format === "gemini" ? execution.plan.images : 1;
    if ((execution.reported.unclear.get(item) ?? 0) >= calls)
      this.world.violate(`item ${item} of execution ${execution.number} was sent again after an unclear end`);
  }
  /** Nothing is charged twice, except after an unclear end that the user has read of, or a crash. */
  checkCharge(execution, item) {
    const { plan } = execution;
    const calls = plan.format === "gemini" ? plan.images : 1;
    const isSame = /* @__PURE__ */ __name((charge) => charge.lineage === plan.lineage && charge.item === item, "isSame");
    const live = this.api.charges.filter(
      (charge) => isSame(charge) && this.api.stateOf(charge) !== "failed" && !charge.isEmpty && !this.orphans.has(charge.execution)
    );
    const allowed = calls + (this.forgiven.get(`${plan.lineage}.${item}`) ?? 0);
    if (live.length > allowed)
      this.world.violate(
        `item ${item} of lineage ${plan.lineage} is charged ${live.length} times: ${live.map(({ mark }) => mark).join()}`
      );
  }
  /** Executions that crashed: nobody could know what they had sent. */
  orphans = /* @__PURE__ */ new Set();
  /** By lineage and item: unclear ends of earlier executions, which a user has read of. */
  forgiven = /* @__PURE__ */ new Map();
  async *bodyOf({ body, end, onAnswered }, process2, signal) {
    const { world } = this;
    const cutAt = end ? world.below(body.length) : body.length;
    const pieces = world.chance(0.5) ? [body.subarray(0, cutAt)] : [body.subarray(0, cutAt >> 1), body.subarray(cutAt >> 1, cutAt)];
    for (const piece of pieces) {
      if (pieces.length > 1 || end) await world.sleep(world.below(60));
      if (process2.isDead) await new Promise(() => void 0);
      if (signal?.aborted) throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
      if (piece.length > 0) yield piece;
    }
    if (end === "reset") throw broken("ECONNRESET", "read", 0).error;
    if (!end) onAnswered?.();
  }
};
function describe(reply) {
  if (reply === "silence") return "silence";
  if ("error" in reply) return `${reply.error.message} in ${reply.afterMs} ms`;
  return `${reply.status}${reply.end ? ` (${reply.end})` : ""} in ${reply.afterMs} ms ${JSON.stringify(reply.body.toString("latin1")).slice(0, 120)}`;
}
__name(describe, "describe");

// test/mock-api/random.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
function createRandom(seed) {
  let state = seed >>> 0;
  const next = /* @__PURE__ */ __name(() => {
    state = state + 1831565813 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  }, "next");
  const text = /* @__PURE__ */ __name((length) => Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join(""), "text");
  return { next, text };
}
__name(createRandom, "createRandom");

// test/simulation/world.ts
var real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  now: Date.now,
  random: Math.random,
  timeout: AbortSignal.timeout
};
var START = Date.UTC(2026, 0, 1);
var World = class {
  constructor(seed, isTracing) {
    this.seed = seed;
    this.isTracing = isTracing;
    this.random = createRandom(seed);
    for (let skipped = 0; skipped < 3; skipped += 1) this.random.next();
    this.disorderMs = this.pick([0, 5, 50, 400]);
  }
  seed;
  isTracing;
  static {
    __name(this, "World");
  }
  now = START;
  /** Counts events: the points at which a crash or a cancel can come. */
  steps = 0;
  trace = [];
  violations = [];
  random;
  events = [];
  atStep = /* @__PURE__ */ new Map();
  /** Events this close to each other may change places. */
  disorderMs;
  chance(probability) {
    return this.random.next() < probability;
  }
  /** A whole number from 0 to below `count`. */
  below(count) {
    return Math.floor(this.random.next() * count);
  }
  pick(choices) {
    return choices[this.below(choices.length)];
  }
  /** One event is one line. */
  log(line) {
    if (this.isTracing) this.trace.push(`${String(this.now - START).padStart(8)} ms  ${line()}`);
  }
  violate(what) {
    this.violations.push(what);
    this.log(() => `VIOLATION ${what}`);
  }
  after(ms, run) {
    const event = { at: this.now + Math.max(0, Number.isFinite(ms) ? ms : 0), run, isCanceled: false };
    let place = this.events.length;
    while (place > 0 && this.events[place - 1].at < event.at) place -= 1;
    this.events.splice(place, 0, event);
    return event;
  }
  /** Calls `run` when so many further events have passed, whatever they are. */
  afterSteps(count, run) {
    const step = this.steps + count;
    this.atStep.set(step, [...this.atStep.get(step) ?? [], run]);
  }
  async sleep(ms) {
    await new Promise((resolve) => this.after(ms, resolve));
  }
  /** Plays events until the promise has settled. Returns false when nothing is left to wait for, or hours have passed. */
  async play(promise) {
    let isSettled = false;
    const settle = /* @__PURE__ */ __name(() => void (isSettled = true), "settle");
    promise.then(settle, settle);
    const end = this.now + 24 * 36e5;
    for (; ; ) {
      await new Promise((resolve) => real.setImmediate(resolve));
      if (isSettled) return true;
      const event = this.next();
      if (!event || this.now > end) return false;
      this.now = Math.max(this.now, event.at);
      this.steps += 1;
      event.run();
      for (const run of this.atStep.get(this.steps) ?? []) run();
      this.atStep.delete(this.steps);
    }
  }
  /** One of the events that are due soon. Events are kept latest first. */
  next() {
    const { events } = this;
    while (events.length > 0 && events[events.length - 1].isCanceled) events.pop();
    if (events.length === 0) return void 0;
    const latest = Math.max(this.now, events[events.length - 1].at) + this.disorderMs;
    let count = 1;
    while (count < 6 && count < events.length && events[events.length - 1 - count].at <= latest) count += 1;
    const [event] = events.splice(events.length - 1 - this.below(count), 1);
    return event.isCanceled ? this.next() : event;
  }
  /** Replaces the clock, the timers and the chance of this process until the returned function is called. */
  install() {
    const world = this;
    const timers = /* @__PURE__ */ new Map();
    let timerId = 0;
    Object.assign(globalThis, {
      setTimeout: /* @__PURE__ */ __name((run, ms = 0) => {
        timerId += 1;
        timers.set(timerId, world.after(ms, run));
        return timerId;
      }, "setTimeout"),
      clearTimeout: /* @__PURE__ */ __name((id) => {
        const event = timers.get(id);
        if (event) event.isCanceled = true;
        timers.delete(id);
      }, "clearTimeout")
    });
    Date.now = () => world.now;
    Math.random = () => world.random.next();
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      world.after(ms, () => controller.abort());
      return controller.signal;
    };
    return () => {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
      Date.now = real.now;
      Math.random = real.random;
      AbortSignal.timeout = real.timeout;
    };
  }
};

// test/simulation/history.ts
var MAX_EXECUTIONS = 3;
async function playHistory(seed, isTracing = false) {
  const world = new World(seed, isTracing);
  const restore = world.install();
  try {
    const history = new History(world);
    await history.play();
    return {
      violations: world.violations,
      trace: world.trace,
      charges: history.api.charges.length,
      steps: world.steps
    };
  } finally {
    restore();
  }
}
__name(playHistory, "playHistory");
var History = class {
  constructor(world) {
    this.world = world;
    this.api = new Api(world, drawApi(world));
    this.engine = new Engine(world, this.api);
  }
  world;
  static {
    __name(this, "History");
  }
  api;
  engine;
  process = new Process();
  executions = [];
  saved = /* @__PURE__ */ new Map();
  async play() {
    const { world } = this;
    for (let changes = world.below(4); changes > 0; changes -= 1)
      world.after(world.below(9e4), () => this.api.change());
    if (world.chance(0.2)) world.afterSteps(1 + world.below(200), () => this.crash());
    const plans = Array.from(
      { length: world.chance(0.25) ? 2 : 1 },
      (_, index) => drawPlan(world, index + 1, this.api.settings)
    );
    world.log(() => `user   ${JSON.stringify({ api: this.api.settings, plans })}`);
    if (!await world.play(Promise.all(plans.map(async (plan) => await this.runLineage(plan)))))
      world.violate("an item never ended");
    this.checkKnown();
    if (world.violations.length === 0 && world.chance(0.3)) await this.collectRest();
  }
  crash() {
    this.world.log(() => "n8n    CRASH");
    this.process.crash();
    for (const { number } of this.executions) this.engine.orphans.add(number);
    this.process = new Process();
  }
  /** An execution and its retries by hand. */
  async runLineage(plan) {
    const { world } = this;
    let context = {};
    for (let turn = 1; turn <= MAX_EXECUTIONS; turn += 1) {
      const execution = {
        plan,
        number: plan.lineage * 100 + turn,
        process: this.process,
        cancel: new AbortController(),
        context: JSON.parse(JSON.stringify(context)),
        reported: { texts: [], unclear: /* @__PURE__ */ new Map(), marks: /* @__PURE__ */ new Set() }
      };
      this.executions.push(execution);
      this.all.push(execution);
      if (world.chance(0.1)) world.afterSteps(1 + world.below(150), () => this.cancel(execution));
      const end = await this.runExecution(execution);
      this.executions = this.executions.filter((other) => other !== execution);
      if (end.kind === "rows" || execution.cancel.signal.aborted) break;
      if (end.kind === "error") {
        context = execution.context;
        this.saved.set(plan.lineage, JSON.parse(JSON.stringify(context)));
        for (const [item, count] of execution.reported.unclear) {
          const key = `${plan.lineage}.${item}`;
          this.engine.forgiven.set(key, (this.engine.forgiven.get(key) ?? 0) + count);
        }
      }
      if (world.chance(0.3)) break;
      world.log(() => `user   Retry execution ${execution.number}`);
      await world.sleep(world.below(1e5));
    }
  }
  all = [];
  cancel(execution) {
    if (!this.executions.includes(execution)) return;
    this.world.log(() => `user   cancels execution ${execution.number}`);
    execution.cancel.abort();
  }
  async runExecution(execution) {
    for (let tryNumber = 1; ; tryNumber += 1) {
      this.world.log(() => `n8n    execution ${execution.number}, try ${tryNumber}`);
      const end = await this.engine.tryNode(execution, tryNumber);
      this.world.log(() => `n8n    execution ${execution.number}, try ${tryNumber} ended: ${describe2(end)}`);
      this.note(execution, end);
      if (end.kind !== "error" || execution.cancel.signal.aborted || tryNumber >= execution.plan.maxTries) return end;
      await this.world.sleep(1e3);
      if (execution.process.isDead) return { kind: "crashed" };
    }
  }
  /** What came out, and whether the texts are true. */
  note(execution, end) {
    const { reported, plan } = execution;
    if (end.kind === "error") {
      const text = textOf(end.error);
      reported.texts.push(text);
      this.checkText(execution, end.error.context?.itemIndex, text);
    }
    if (end.kind !== "rows") return;
    end.rows.forEach((rows, item) => {
      const isCanceled = execution.cancel.signal.aborted;
      if (rows.length === 0 && !isCanceled)
        this.world.violate(`item ${item} of execution ${execution.number} has no output`);
      for (const row of rows) this.noteRow(execution, item, row);
    });
    if (end.rows.length !== plan.items) this.world.violate("items are missing");
  }
  noteRow(execution, item, row) {
    const { reported } = execution;
    const text = JSON.stringify({
      ...row.json,
      files: Object.values(row.binary ?? {}).map(({ directory }) => directory)
    });
    reported.texts.push(text);
    if (row.json.error !== void 0) return this.checkText(execution, item, text);
    for (const [mark] of text.matchAll(/mark-\d+/g)) {
      reported.marks.add(mark);
      const charge2 = this.api.charges.find((known) => known.mark === mark);
      const isOwn = charge2?.item === item && charge2.lineage === execution.plan.lineage;
      if (!isOwn) this.world.violate(`item ${item} got the image of another request: ${mark}`);
      if (charge2 && this.api.stateOf(charge2) !== "succeeded") this.world.violate(`${mark} came out before its end`);
    }
    const charge = this.api.charges.find(({ taskId }) => taskId !== void 0 && taskId === row.json.taskId);
    if (row.json.taskId !== void 0 && (charge?.item !== item || charge.lineage !== execution.plan.lineage))
      this.world.violate(`item ${item} got the task of another request: ${String(row.json.taskId)}`);
    if (row.json.status === "succeeded" && charge && this.api.stateOf(charge) !== "succeeded")
      this.world.violate(`${String(row.json.taskId)} is said to have succeeded`);
  }
  checkText(execution, item, text) {
    if (item === void 0 || !/nothing was (billed|sent|charged|generated)|were not charged/i.test(text)) return;
    const charged = this.api.charges.find(
      (charge) => charge.item === item && charge.execution === execution.number && this.api.stateOf(charge) !== "failed"
    );
    if (charged)
      this.world.violate(
        `item ${item} of execution ${execution.number} is said to cost nothing, but ${charged.mark} is charged: ${text.slice(0, 300)}`
      );
  }
  /** No charged request that neither output, error, saved data nor log names. */
  checkKnown() {
    for (const charge of this.api.charges) {
      if (this.api.stateOf(charge) === "failed" || charge.isEmpty || this.isKnown(charge)) continue;
      this.world.violate(
        `${charge.taskId ?? charge.mark} of item ${charge.item} (execution ${charge.execution}) is charged, and nobody was told`
      );
    }
  }
  isKnown(charge) {
    const execution = this.all.find(({ number }) => number === charge.execution);
    if (!execution) return false;
    const ended = execution.process.isDead || execution.cancel.signal.aborted;
    if (charge.taskId === void 0 && ended) return true;
    if (execution.process.isDead && !charge.isAnswered) return true;
    if ((execution.reported.unclear.get(charge.item) ?? 0) > 0) return true;
    const own2 = this.all.filter(({ plan }) => plan.lineage === charge.lineage);
    const texts = own2.flatMap(({ reported }) => reported.texts);
    const name = charge.taskId ?? charge.mark;
    const isNamed = /* @__PURE__ */ __name((text) => new RegExp(`${name}(?!\\d)`).test(text), "isNamed");
    return texts.some(isNamed) || own2.some(({ context }) => isNamed(JSON.stringify(context))) || this.isKeptInMemory(charge, execution);
  }
  /** Images that came inside an answer stay in memory in n8n's binary mode 'default'; the error says so. */
  isKeptInMemory(charge, { plan, reported }) {
    return charge.taskId === void 0 && plan.isInMemory && reported.texts.some((text) => /paid for and kept|charged/.test(text));
  }
  /** On a better day everything that was named can be collected. */
  async collectRest() {
    const { world } = this;
    world.log(() => "user   collects the rest on a better day");
    this.api.settings = { ...this.api.settings, faults: 0, limit: 64 };
    await world.play(world.sleep(4e5));
    const open = this.api.charges.filter(
      (charge) => charge.taskId !== void 0 && this.api.stateOf(charge) === "succeeded"
    );
    if (open.length === 0) return;
    const plan = {
      ...drawPlan(world, 9, this.api.settings),
      items: 1,
      continues: true,
      isInMemory: false,
      download: true
    };
    const reported = { texts: [], unclear: /* @__PURE__ */ new Map(), marks: /* @__PURE__ */ new Set() };
    const execution = {
      plan,
      number: 900,
      process: new Process(),
      cancel: new AbortController(),
      context: {},
      reported
    };
    const collecting = this.engine.collect(
      execution,
      open.map(({ taskId }) => String(taskId))
    );
    if (!await world.play(collecting)) return world.violate("collecting never ended");
    const text = JSON.stringify(
      (await collecting).map(({ json: json2, binary }) => [
        json2,
        Object.values(binary ?? {}).map(({ directory }) => directory)
      ])
    );
    for (const { mark } of open)
      if (!new RegExp(`${mark}(?!\\d)`).test(text)) world.violate(`${mark} cannot be collected: ${text.slice(0, 500)}`);
  }
};
function drawApi(world) {
  return {
    faults: world.pick([0, 0.03, 0.1, 0.3, 0.6]),
    maxTaskMs: world.pick([2e3, 1e4, 6e4]),
    progress: world.pick(["none", "linear", "coarse"]),
    limit: world.pick([1, 2, 4, 64, 64]),
    neverEnds: world.pick([0, 0, 0.1]),
    isBase64: world.chance(0.3)
  };
}
__name(drawApi, "drawApi");
function drawPlan(world, lineage, api) {
  const format = world.pick(["asyncTask", "asyncTask", "asyncTask", "asyncTask", "openAi", "gemini"]);
  const items = 1 + world.below(6);
  const continues = world.chance(0.5);
  return {
    lineage,
    items,
    images: 1 + world.below(2),
    format,
    continues,
    maxTries: world.pick([1, 2, 3]),
    maxConcurrency: world.pick([1, 2, 4, 64]),
    timeoutS: world.pick([3, 15, 60]),
    download: world.chance(0.85),
    wait: world.chance(0.85),
    onTimeout: world.pick(["error", "continue"]),
    ...world.chance(0.15) && { batchSize: 1 + world.below(3) },
    samePrompt: world.chance(0.5),
    promptChanges: format === "asyncTask" && world.chance(CHANGING_PROMPTS),
    // What came inside an answer is then lost with the process, as the error says.
    isInMemory: world.chance(0.2) && format === "asyncTask" && !api.isBase64,
    // In the continue modes n8n makes a row of it and goes on.
    ...world.chance(0.1) && !continues && { brokenItem: world.below(items) }
  };
}
__name(drawPlan, "drawPlan");
var CHANGING_PROMPTS = 0.3;
function textOf(thrown) {
  const error = thrown;
  return [error.message, error.description, JSON.stringify(error.context ?? {})].join(" | ");
}
__name(textOf, "textOf");
function describe2(end) {
  if (end.kind === "error") return `error ${textOf(end.error)}`;
  return end.kind === "rows" ? `rows ${JSON.stringify(end.rows.map((rows) => rows.map(({ json: json2 }) => json2)))}` : "crashed";
}
__name(describe2, "describe");

// test/simulation/main.ts
async function main() {
  const { values } = (0, import_node_util.parseArgs)({
    options: {
      runs: { type: "string" },
      seed: { type: "string" },
      seconds: { type: "string" },
      trace: { type: "boolean" },
      keepGoing: { type: "boolean" }
    }
  });
  const first = Number(values.seed ?? 1);
  const runs2 = Number(values.runs ?? 1e3);
  const end = performance.now() + Number(values.seconds ?? Infinity) * 1e3;
  const startedAt = performance.now();
  const failing = [];
  let [played, charges, steps] = [0, 0, 0];
  for (let seed = first; seed < first + runs2 && performance.now() < end; seed += 1) {
    const history = await playHistory(seed, values.trace);
    played += 1;
    charges += history.charges;
    steps += history.steps;
    if (values.trace) console.log(history.trace.join("\n"));
    if (history.violations.length === 0) continue;
    failing.push(seed);
    if (values.keepGoing) {
      console.log(`seed ${seed}: ${history.violations[0]}`);
      continue;
    }
    if (!values.trace) console.log((await playHistory(seed, true)).trace.join("\n"));
    console.log(`
Seed ${seed} after ${played} histories:
${history.violations.join("\n")}`);
    break;
  }
  const seconds = (performance.now() - startedAt) / 1e3;
  console.log(
    `${played} histories from seed ${first}, ${charges} charges, ${steps} events, ${seconds.toFixed(1)} s, ${failing.length} with violations`
  );
  process.exitCode = failing.length > 0 ? 1 : 0;
}
__name(main, "main");
void main();
