/** Checks a C2SP tlog-proof with nothing but WebCrypto: RFC 6962 hashes, the inclusion proof, and Ed25519 where there is any. */

const HEADER = "c2sp.org/tlog-proof@v1";
const LONGEST = 1200000;
const [ED25519, COSIGNATURE] = [1, 4];
const subtle = () => globalThis.crypto && globalThis.crypto.subtle;
const utf8 = (text) => new TextEncoder().encode(text);

/** Why a proof does not hold: a code as the platform itself uses it. */
export class ProofError extends Error {}

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const same = (one, other) => one.length === other.length && one.every((byte, index) => byte === other[index]);

async function sha256(...parts) {
  return new Uint8Array(await subtle().digest("SHA-256", joined(...parts)));
}

/** Canonical base 64 and no other. */
function fromBase64(text, code) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new ProofError(code);
  }
  let back = "";
  for (let at = 0; at < bytes.length; at += 8192) back += String.fromCharCode(...bytes.subarray(at, at + 8192));
  if (btoa(back) !== text) throw new ProofError(code);
  return bytes;
}

function number(text, code) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) >= BigInt(2) ** BigInt(63)) throw new ProofError(code);
  return BigInt(text);
}

function decoded(bytes, code) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProofError(code);
  }
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new ProofError(code);
  return text;
}

/** RFC 6962, section 2.1. */
export const leafHash = (event) => sha256(Uint8Array.of(0), event);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** The root that a proof leads to, as RFC 9162, section 2.1.3.2 climbs. */
export async function climbed(leaf, index, size, proof) {
  if (index >= size) throw new ProofError("index_beyond_tree");
  const one = BigInt(1);
  let [node, last, hash] = [index, size - one, leaf];
  for (const sibling of proof) {
    if (last === BigInt(0)) throw new ProofError("inclusion_proof_wrong");
    if (node & one || node === last) {
      hash = await nodeHash(sibling, hash);
      while (!(node & one) && node !== BigInt(0)) [node, last] = [node >> one, last >> one];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [node, last] = [node >> one, last >> one];
  }
  if (last !== BigInt(0)) throw new ProofError("inclusion_proof_wrong");
  return hash;
}

/** The parts of a proof file; nothing in it is believed yet. */
export function parse(file) {
  if (file.length > LONGEST) throw new ProofError("receipt_too_long");
  const text = decoded(file, "receipt_malformed");
  const cut = text.indexOf("\n\n");
  const lines = (cut < 0 ? text : text.slice(0, cut)).split("\n");
  if (lines[0] !== HEADER) throw new ProofError(HEADER.startsWith(lines[0]) ? "receipt_truncated" : "receipt_malformed");
  const note = cut < 0 ? "" : text.slice(cut + 2);
  const end = note.lastIndexOf("\n\n");
  if (end < 1 || !note.slice(end + 2).endsWith("\n")) throw new ProofError("receipt_truncated");
  let at = 1;
  let event = null;
  if (at < lines.length && lines[at].startsWith("extra ")) event = fromBase64(lines[at++].slice(6), "receipt_malformed");
  if (at >= lines.length || !lines[at].startsWith("index ")) throw new ProofError("receipt_malformed");
  const index = number(lines[at++].slice(6), "receipt_malformed");
  const proof = lines.slice(at).map((line) => fromBase64(line, "receipt_malformed"));
  if (proof.length > 63 || proof.some((hash) => hash.length !== 32)) throw new ProofError("receipt_malformed");
  return { event, index, proof, checkpoint: checkpoint(note.slice(0, end + 1)), body: note.slice(0, end + 1), signatures: signatures(note.slice(end + 2)) };
}

function checkpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("")) throw new ProofError("checkpoint_malformed");
  const root = fromBase64(lines[2], "checkpoint_malformed");
  if (root.length !== 32) throw new ProofError("checkpoint_malformed");
  return { origin: lines[0], size: number(lines[1], "checkpoint_malformed"), root };
}

function signatures(text) {
  const lines = text.slice(0, -1).split("\n");
  if (lines.length > 100) throw new ProofError("note_malformed");
  return lines.map((line) => {
    const found = /^— ([^\s+]+) (\S+)$/.exec(line);
    if (!found) throw new ProofError("note_malformed");
    const data = fromBase64(found[2], "note_malformed");
    if (data.length <= 4) throw new ProofError("note_malformed");
    return { name: found[1], id: data.slice(0, 4), data: data.slice(4) };
  });
}

/** A key from its published text; the id in it must be that of its parts. */
export async function key(vkey) {
  const found = /^([^\s+]+)\+([0-9a-fA-F]{8})\+(\S+)$/.exec(vkey.trim());
  if (!found) throw new ProofError("key_malformed");
  const material = fromBase64(found[3], "key_malformed");
  if (![ED25519, COSIGNATURE].includes(material[0])) throw new ProofError("key_algorithm_unknown");
  if (material.length !== 33) throw new ProofError("key_malformed");
  const id = (await sha256(utf8(`${found[1]}\n`), material)).slice(0, 4);
  const hex = [...id].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== found[2].toLowerCase()) throw new ProofError("key_id_wrong");
  return { name: found[1], id, type: material[0], public: material.slice(1) };
}

/** Whether this browser can check Ed25519. */
export async function canSign() {
  try {
    await subtle().importKey("raw", new Uint8Array(32).fill(0).map((_, at) => (at ? 0 : 1)), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

async function holds(one, body, data) {
  let [signed, signature, time] = [utf8(body), data, null];
  if (one.type === COSIGNATURE) {
    if (data.length !== 72) return null;
    time = new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0);
    signed = joined(utf8(`cosignature/v1\ntime ${time}\n`), utf8(body));
    signature = data.slice(8);
  }
  const imported = await subtle().importKey("raw", one.public, { name: "Ed25519" }, false, ["verify"]);
  return (await subtle().verify({ name: "Ed25519" }, imported, signature, signed)) ? { name: one.name, time } : null;
}

/**
 * What a proof shows to somebody who trusts these keys: {event, index, size, origin, leaf, log, witnesses}.
 * `log` and `witnesses` are null where the browser has no Ed25519 or no keys were given. ProofError where something does not hold.
 */
export async function check(file, { logs = [], witnesses = [], quorum = 0, origin = null } = {}) {
  if (!subtle()) throw new ProofError("no_webcrypto");
  const found = parse(file);
  if (found.event === null) throw new ProofError("receipt_without_event");
  if (origin !== null && found.checkpoint.origin !== origin) throw new ProofError("origin_wrong");
  const leaf = await leafHash(found.event);
  const { size, root } = found.checkpoint;
  if (!same(await climbed(leaf, found.index, size, found.proof), root)) throw new ProofError("inclusion_proof_wrong");
  const result = { event: found.event, index: found.index, size, origin: found.checkpoint.origin, leaf, log: null, witnesses: null };
  if (!logs.length || !(await canSign())) return result;
  const by = async (vkeys) => {
    const names = [];
    for (const one of await Promise.all(vkeys.map(key))) {
      const signature = found.signatures.find((each) => each.name === one.name && same(each.id, one.id));
      if (!signature) continue;
      const held = await holds(one, found.body, signature.data);
      if (!held) throw new ProofError("signature_invalid");
      names.push(held);
    }
    return names;
  };
  [result.log] = await by(logs.filter((vkey) => vkey.startsWith(`${result.origin}+`)));
  if (!result.log) throw new ProofError("note_unsigned");
  result.witnesses = await by(witnesses);
  if (result.witnesses.length < quorum) throw new ProofError("witnesses_too_few");
  return result;
}
