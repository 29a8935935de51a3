declare module "snappyjs" {
  /** Unpacks one raw block. Throws if it is none, or more than `maxLength` when unpacked. */
  export function uncompress<Bytes extends Uint8Array>(packed: Bytes, maxLength?: number): Bytes;
}

declare module "unbzip2-stream/lib/bzip2.js" {
  /** The next bits, as a number; null: nothing, but go on at a whole byte. */
  type Bits = (count: number | null) => number;

  const bzip2: {
    /** Reads the head of a stream: how many times 100,000 symbols a block has at most. */
    header(bits: Bits): number;

    /** Unpacks a block, and gives the checksum up to there; null: there was none, the stream has ended. */
    decompress(
      bits: Bits,
      output: (byte: number) => void,
      symbols: Int32Array,
      symbolCount: number,
      checksum: number,
    ): number | null;
  };
  export default bzip2;
}
