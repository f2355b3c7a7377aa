import { verify } from 'node:crypto';
import { setImmediate as others } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AssayError } from '@assay/verify';
import { equalBytes } from '@assay/verify/codec';
import type { Signature } from '@chainsafe/blst';
import { parsePublicKey, parseSignature } from '../bls/points.ts';
import { verifyAggregate, verifyEach } from '../bls/verify.ts';
import type { CertificateChecker } from './certificates.ts';
import type { Group, Item } from './groups.ts';
import { type Candidate, type Fault, judgeReceipt, judgeUpstream, type Rules } from './judge.ts';
import { CHECKED_AT_ONCE } from './limits.ts';
import { parseReceipt, type Receipt } from './receipt.ts';
import { verifyUpstream } from './upstream.ts';

/** One per receipt of the group: what may be booked, or why it is refused. */
export type Checked = Candidate | Fault;

/** In the threads that Node has for such work: announces are answered meanwhile. */
const verifyAside = promisify(verify);

const SIGNATURE: Fault = { code: 'signature', message: 'signature: not by the receiver over these bytes' };

/** Judges a group's receipts by the rules and by their signatures. */
export async function checkGroup(
  group: Group,
  rules: Rules,
  certificates: CertificateChecker,
): Promise<readonly Checked[]> {
  switch (group.kind) {
    case 'session':
      return checkSession(group, rules, certificates);
    case 'signed':
      return checkSigned(group.items, rules);
    case 'aggregate':
      return checkAggregate(group, rules);
    case 'upstream':
      return [await checkUpstream(group, rules)];
    case 'malformed':
      return Array.from({ length: group.count }, () => ({ code: 'malformed', message: group.message }) as const);
  }
}

type Of<Kind extends Group['kind']> = Extract<Group, { readonly kind: Kind }>;

async function checkSession(
  group: Of<'session'>,
  rules: Rules,
  certificates: CertificateChecker,
): Promise<readonly Checked[]> {
  const judged = await judgeItems(group.items, rules);
  // Only for receipts that would count: a certificate's signature takes as long as a dozen receipts.
  if (judged.every((one) => 'code' in one)) return judged;
  const certificate = certificates(group.certificate, rules.epoch);
  if ('code' in certificate) return judged.map((one) => ('code' in one ? one : certificate));
  const { content, key } = certificate;
  const check = async (one: Checked, item: Item | undefined): Promise<Checked> => {
    if ('code' in one) return one;
    if (!equalBytes(content.publicKey, one.receiverMember.account.publicKey)) {
      return { code: 'certificate', message: "certificate: not of the receipt's receiver" };
    }
    if (one.epoch > content.lastEpoch) {
      const message = `certificate: good until epoch ${content.lastEpoch}, the receipt is of ${one.epoch}; make a new one`;
      return { code: 'certificate-expired', message };
    }
    if (item === undefined || 'malformed' in item) return SIGNATURE;
    return (await verifyAside(null, item.bytes, key, item.signature)) ? one : SIGNATURE;
  };
  const checked: Checked[] = [];
  for (let start = 0; start < judged.length; start += CHECKED_AT_ONCE.session) {
    const part = judged.slice(start, start + CHECKED_AT_ONCE.session);
    checked.push(...(await Promise.all(part.map((one, index) => check(one, group.items[start + index])))));
  }
  return checked;
}

async function checkSigned(items: readonly Item[], rules: Rules): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  for (let start = 0; start < items.length; start += CHECKED_AT_ONCE.signed) {
    const part = items.slice(start, start + CHECKED_AT_ONCE.signed);
    const judged = await judgeItems(part, rules);
    const signed = judged.map((one, index) => signedOf(one, part[index]));
    const genuine = verifyEach(signed.filter((one) => 'publicKey' in one)).values();
    for (const [index, one] of judged.entries()) {
      const with_ = signed[index];
      if (with_ === undefined || 'code' in with_) checked.push(with_ ?? SIGNATURE);
      else checked.push(genuine.next().value === true ? one : SIGNATURE);
    }
    await others();
  }
  return checked;
}

function signedOf(one: Checked, item: Item | undefined): ReturnType<typeof ready> | Fault {
  if ('code' in one) return one;
  if (item === undefined || 'malformed' in item) return SIGNATURE;
  const signature = signatureOf(item.signature);
  return signature === undefined ? SIGNATURE : ready(item.bytes, one, signature);
}

const ready = (message: Uint8Array, one: Candidate, signature: Signature) => ({
  message,
  publicKey: one.receiverMember.point(),
  signature,
});

/**
 * The one signature covers all receipts, also those that will not count. Each names its receiver's key, so no key that was
 * made from others' can speak for them, registered or not.
 */
async function checkAggregate({ receipts, signature }: Of<'aggregate'>, rules: Rules): Promise<readonly Checked[]> {
  const parsed = receipts.map(read);
  const refused = (message: string): readonly Checked[] =>
    receipts.map(() => ({ code: 'aggregate', message }) as const);
  const remedy = 'send these receipts with a signature each';
  if (parsed.some((one) => 'code' in one)) return refused(`receipts: one cannot be read; ${remedy}`);
  const judged: Checked[] = [];
  for (const [index, one] of parsed.entries()) {
    judged.push('code' in one ? one : await judgeReceipt(one, receipts[index] ?? new Uint8Array(), rules));
  }
  if (judged.every((one) => 'code' in one)) return judged;
  const sum = signatureOf(signature);
  if (sum === undefined) return refused(`signature: no point of G2; ${remedy}`);
  const signed: { readonly message: Uint8Array; readonly publicKey: ReturnType<typeof parsePublicKey> }[] = [];
  for (const [index, message] of receipts.entries()) {
    const [one, receipt] = [judged[index], parsed[index]];
    const publicKey = one !== undefined && !('code' in one) ? one.receiverMember.point() : receiverOf(receipt);
    if (publicKey === undefined) return refused(`receipts: a receiver is no key; ${remedy}`);
    signed.push({ message, publicKey });
  }
  if (!verifyAggregate(signed, sum)) return refused(`signature: not the sum of the receivers' signatures; ${remedy}`);
  return judged;
}

async function checkUpstream({ receipt }: Of<'upstream'>, rules: Rules): Promise<Checked> {
  const judged = await judgeUpstream(receipt, rules);
  if ('code' in judged) return judged;
  return guarded(() => verifyUpstream(receipt)) === true ? judged : SIGNATURE;
}

async function judgeItems(items: readonly Item[], rules: Rules): Promise<readonly Checked[]> {
  const judged: Checked[] = [];
  for (const item of items) {
    if ('malformed' in item) {
      judged.push({ code: 'malformed', message: item.malformed });
      continue;
    }
    const receipt = read(item.bytes);
    judged.push('code' in receipt ? receipt : await judgeReceipt(receipt, item.bytes, rules));
  }
  return judged;
}

function read(bytes: Uint8Array): Receipt | Fault {
  try {
    return parseReceipt(bytes);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return { code: 'malformed', message: error.message };
    throw error;
  }
}

function signatureOf(bytes: Uint8Array): Signature | undefined {
  return guarded(() => parseSignature(bytes));
}

function receiverOf(receipt: Receipt | Fault | undefined): ReturnType<typeof parsePublicKey> | undefined {
  if (receipt === undefined || 'code' in receipt) return undefined;
  return guarded(() => parsePublicKey(receipt.receiver));
}

/** Undefined where the bytes are no points. */
function guarded<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return undefined;
    throw error;
  }
}
