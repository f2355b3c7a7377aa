/** What the tests use of it; the package has no types of its own. */
declare module 'bittorrent-protocol' {
  import type { Duplex } from 'node:stream';

  type Respond = (error: Error | null, block?: Uint8Array) => void;

  /** The wire protocol over any stream. */
  export default class Wire extends Duplex {
    /** What is said beside `m` in the extended handshake. */
    readonly extendedHandshake: Record<string, unknown>;
    handshake(infohash: Buffer, peerId: Buffer): void;
    use(extension: new (wire: Wire) => object): void;
    interested(): void;
    unchoke(): void;
    bitfield(bits: Uint8Array): void;
    request(
      piece: number,
      offset: number,
      length: number,
      done: (error: Error | null, block?: Uint8Array) => void,
    ): void;
    extended(extension: number | string, payload: Buffer): void;
    on(event: 'handshake' | 'unchoke', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'request', listener: (piece: number, offset: number, length: number, respond: Respond) => void): this;
    on(event: 'extended', listener: (name: string | number, payload: unknown) => void): this;
  }
}
