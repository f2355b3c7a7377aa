// What of it is used here; it has no types of its own.
declare module 'bittorrent-tracker/server' {
  import type { Socket } from 'node:dgram';
  import type { EventEmitter } from 'node:events';
  import type { Server as HttpServer } from 'node:http';

  interface Options {
    readonly http?: boolean;
    readonly udp?: boolean;
    readonly ws?: boolean;
    readonly stats?: boolean;
    readonly trustProxy?: boolean;
  }

  export default class Server extends EventEmitter {
    constructor(options?: Options);
    readonly http: HttpServer;
    readonly udp4: Socket;
    listen(port: number, host: string | Readonly<Record<string, string>>): void;
    close(closed?: () => void): void;
  }
}
