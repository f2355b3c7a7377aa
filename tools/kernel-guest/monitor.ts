import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { asObject, parseJsonObject } from '@assay/verify/codec';

/**
 * The ports of this machine that QEMU forwards, by the guest's, asked over its monitor (QMP) at a Unix socket: QEMU picks
 * them, so that no two guests want the same.
 */
export async function forwardedPorts(socket: string): Promise<ReadonlyMap<number, number>> {
  const connection = createConnection(socket);
  try {
    await once(connection, 'connect');
    const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
    const ask = async (execute: string, args = {}): Promise<unknown> => {
      connection.write(`${JSON.stringify({ execute, arguments: args })}\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`QEMU closed its monitor at ${execute}`);
        const message = parseJsonObject(value, 'message of the monitor');
        if (message.error !== undefined)
          throw new Error(`${execute}: ${String(asObject(message.error, 'error').desc)}`);
        // Others are its greeting and events.
        if (message.return !== undefined) return message.return;
      }
    };
    await ask('qmp_capabilities');
    const table = String(await ask('human-monitor-command', { 'command-line': 'info usernet' }));
    // TCP[HOST_FORWARD]  12  127.0.0.1 40001  10.0.2.15  8080  0  0
    const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
    return new Map(
      rows.flatMap(([kind, , , here, , there]) =>
        kind === 'TCP[HOST_FORWARD]' ? [[Number(there), Number(here)]] : [],
      ),
    );
  } finally {
    connection.destroy();
  }
}
