import { createPublicKey, randomBytes as random } from 'node:crypto';
import { migrate } from '@assay/store';
import { AssayError } from '@assay/verify';
import { epochAt } from '../announce/gate.ts';
import { certificateChecker } from '../receipts/certificates.ts';
import { parseGroups } from '../receipts/groups.ts';
import { checkInstanceId } from '../receipts/instance-id.ts';
import { settleReceipts } from '../receipts/report.ts';
import { ratioOf } from '../users/account.ts';
import { openAnnounced } from '../users/announced.ts';
import { type Member, openDirectory } from '../users/directory.ts';
import { passkeyDigest, passkeyMaker } from '../users/passkey.ts';
import { checkRegistration } from '../users/registration.ts';
import type {
  Accounting,
  AccountingOptions,
  Registered,
  RegisterRequest,
  Reported,
  ReportRequest,
} from './accounting.ts';
import { exportCredit, exportDocument } from './export.ts';
import { expectOwnLedger } from './identity.ts';
import { importCredit, lastSeen } from './import.ts';
import { openLedger } from './ledger.ts';
import { type Refused, refuse } from './refusal.ts';
import { TRACKER_MIGRATIONS, TRACKER_SERVICE } from './schema.ts';
import { signDocument } from './signed.ts';

const EPOCH_SECONDS = 3_600;
const MIN_RATIO = 0.5;

/**
 * Opens users, receipts and ledger of a tracker over its database, which the caller closes afterwards. Throws `usage` or
 * `malformed` for wrong options, `unavailable` when the database is away.
 */
export async function openAccounting(options: AccountingOptions): Promise<Accounting> {
  const { db, signingKey, torrent, grant = 0, epochSeconds = EPOCH_SECONDS, minRatio = () => MIN_RATIO } = options;
  const tracker = checkInstanceId(options.instanceId, 'instanceId');
  if (signingKey.type !== 'private' || signingKey.asymmetricKeyType !== 'ed25519') {
    throw new AssayError('usage', 'signingKey: expected a private Ed25519 key', { field: 'signingKey' });
  }
  const now = options.now ?? (() => Math.floor(Date.now() / 1_000));
  const randomBytes = options.randomBytes ?? ((length: number) => new Uint8Array(random(length)));
  await migrate(db, { service: TRACKER_SERVICE, migrations: TRACKER_MIGRATIONS });
  const publicKey = new Uint8Array(createPublicKey(signingKey).export({ format: 'der', type: 'spki' }));
  await expectOwnLedger(db, { tracker, publicKey });
  const directory = await openDirectory(db);
  const epoch = (): number => epochAt(now(), epochSeconds);
  const announced = await openAnnounced(db, directory, epoch());
  const ledger = await openLedger(db, { tracker, signingKey, directory, now });
  const certificates = certificateChecker(tracker);
  const secret = options.passkeySecret;
  const passkeyOf = passkeyMaker({ randomBytes, ...(secret === undefined ? {} : { secret }) });
  const parties = { tracker, directory, ledger, now };

  const memberOf = (userId: string): Member | Refused =>
    directory.byId(userId) ?? refuse('user-unknown', 'user_id', 'user_id: not registered here; register first');
  /** Writes what answers with its entry's number. */
  const write = async (item: Parameters<typeof ledger.write>[0]): Promise<{ readonly sequence: number } | Refused> => {
    const done = await ledger.write(item);
    if ('bookings' in done) throw new Error('the ledger answered bookings to something else');
    return done;
  };
  const register = async (request: RegisterRequest): Promise<Registered | Refused> => {
    const { userId } = request;
    const publicKey = new Uint8Array(request.publicKey);
    const wrong = checkRegistration({ ...request, publicKey }, tracker);
    if (wrong !== undefined) return wrong;
    const passkey = passkeyOf(userId, 0);
    const item = { kind: 'register', userId, publicKey, passkey: passkeyDigest(passkey), grant, at: now() } as const;
    const done = await write(item);
    const member = directory.byId(userId);
    if ('refused' in done) return done;
    if (member === undefined) throw new Error('a user was registered and is not there');
    return { account: member.account, passkey, sequence: done.sequence };
  };
  const report = async ({ userId, receipts }: ReportRequest): Promise<Reported | Refused> => {
    const reporter = memberOf(userId);
    if ('refused' in reporter) return reporter;
    const groups = groupsOf(receipts);
    if ('refused' in groups) return groups;
    const rules = { tracker, epoch: epoch(), epochSeconds, reporter, directory, announced, torrent };
    const { verdicts, promised } = await settleReceipts(groups, rules, { ledger, certificates, now });
    const content =
      promised === undefined
        ? undefined
        : ({ schema: 'assay.tracker-promise/1', tracker, ...promised, issuedAt: now() } as const);
    const promise = content === undefined ? null : signDocument(content, signingKey);
    return { verdicts, promise, account: (directory.byId(userId) ?? reporter).account };
  };
  const changePasskey = async (userId: string, revoke: boolean): Promise<{ readonly passkey: string } | Refused> => {
    const member = memberOf(userId);
    if ('refused' in member) return member;
    let passkey = '';
    const digestOf = (generation: number): Uint8Array | null => {
      if (revoke) return null;
      passkey = passkeyOf(userId, generation);
      return passkeyDigest(passkey);
    };
    const done = await write({ kind: 'passkey', user: member.number, passkey: digestOf });
    return 'refused' in done ? done : { passkey };
  };
  const close = async (): Promise<void> => {
    await ledger.close();
    await announced.flush();
  };
  return {
    publicKey,
    register,
    report,
    account: (userId) => directory.byId(userId)?.account,
    gate: {
      user: (passkey) => {
        const member = passkey === undefined ? undefined : directory.byPasskey(passkey);
        if (member === undefined) return undefined;
        const ratio = ratioOf(member.account);
        return { id: member.account.userId, mayLeech: ratio === null || ratio >= minRatio() };
      },
      announced: (event) => announced.note(event),
    },
    rotatePasskey: (userId) => changePasskey(userId, false),
    revokePasskey: async (userId) => {
      const done = await changePasskey(userId, true);
      return 'refused' in done ? done : undefined;
    },
    give: async (userId, bytes) => {
      const member = memberOf(userId);
      if ('refused' in member) return member;
      if (!Number.isSafeInteger(bytes) || bytes < 1)
        return refuse('amount', 'bytes', 'bytes: expected a whole number from 1');
      return write({ kind: 'give', user: member.number, bytes, at: now() });
    },
    statistics: () => ({ users: directory.size(), entries: ledger.entries() }),
    checkpoint: ledger.checkpoint,
    proofs: ledger.proofs,
    consistency: ledger.consistency,
    exportCredit: (request) => exportCredit(request, parties),
    exportDocument: (sequence, since) => exportDocument(ledger, sequence, since),
    importCredit: (document, evidence) => {
      const { imports = {}, attested = () => Promise.resolve(false) } = options;
      return importCredit(document, evidence, { ...parties, db, trusted: imports, attested });
    },
    lastSeen: async (name) => {
      const seen = await lastSeen(db, name);
      return seen === undefined ? null : seen.size;
    },
    refresh: async () => {
      await announced.flush();
      await directory.refresh();
      await ledger.refresh();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function groupsOf(receipts: unknown): ReturnType<typeof parseGroups> | Refused {
  try {
    return parseGroups(receipts);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return refuse('too-many', 'receipts', error.message);
    throw error;
  }
}
