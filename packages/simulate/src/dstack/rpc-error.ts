/** What a method of the guest agent refuses: its message is the `error` of the answer. */
export class RpcError extends Error {
  /** 400 unless the method chose another. */
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.name = 'RpcError';
    this.status = status;
  }
}
