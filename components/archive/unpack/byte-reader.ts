export const endsEarly = "it ends in the middle";

/** The bytes of a stream, as many at a time as are asked for. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array, unknown>;
  private held: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fewer than asked for at the end of the stream only. */
  async read(length: number): Promise<Buffer> {
    await this.hold(length);
    const read = this.held.subarray(0, length);
    this.held = this.held.subarray(read.length);
    return read;
  }

  /** The next bytes, which stay to be read. */
  async peek(length: number): Promise<Buffer> {
    await this.hold(length);
    return this.held.subarray(0, length);
  }

  /** Undefined at the end of the stream; throws if that is within these bytes. */
  async readAll(length: number): Promise<Buffer | undefined> {
    const read = await this.read(length);
    if (read.length === length) return read;
    if (read.length === 0) return undefined;
    throw new Error(endsEarly);
  }

  /** As `readAll`, where the stream must not end. */
  async readMore(length: number): Promise<Buffer> {
    const read = await this.readAll(length);
    if (read === undefined) throw new Error(endsEarly);
    return read;
  }

  /** Lets the source go, where it is not read to its end. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async hold(length: number): Promise<void> {
    const parts = [this.held];
    let bytes = this.held.length;
    while (bytes < length) {
      const next = await this.chunks.next();
      if (next.done === true) break;
      const { value } = next;
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      bytes += value.byteLength;
    }
    if (parts.length > 1) this.held = Buffer.concat(parts);
  }
}
