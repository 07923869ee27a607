import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

// The server's end of a WebSocket, as much of RFC 6455 as a loopback client needs: texts in one frame, pings and the closing handshake.

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** No documented message comes near this. */
const mostBytes = 65_536;

/** One client. */
export class Peer {
  /** The client's texts, and then that it is gone. */
  onText: (text: string) => void = () => undefined;
  onGone: () => void = () => undefined;
  readonly #socket: Socket;
  #waiting: Buffer = Buffer.alloc(0);

  /** Takes a connection that asks to be upgraded; undefined, and the connection ends, where it asks in another way. */
  static from(request: IncomingMessage, socket: Socket): Peer | undefined {
    const key = request.headers['sec-websocket-key'];
    if (key === undefined || request.headers['sec-websocket-version'] !== '13') {
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return undefined;
    }
    const accept = createHash('sha1').update(`${key}${magic}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    return new Peer(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#waiting = Buffer.concat([this.#waiting, bytes]);
      while (this.#takeFrame());
    });
    socket.on('error', () => socket.destroy());
    // A client that was killed.
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.onGone();
    });
  }

  send(text: string): void {
    this.#write(opcodes.text, Buffer.from(text));
  }

  /** Ends in good order. */
  close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#write(opcodes.close, payload);
    this.#socket.end();
  }

  /** Ends without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    head[0] = 0x80 | opcode;
    head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    if (this.#socket.writable) this.#socket.write(Buffer.concat([head, payload]));
  }

  /** @returns whether there was a whole frame */
  #takeFrame(): boolean {
    const bytes = this.#waiting;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < start + 4) return false;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    // A client's frames are whole here, and masked as the RFC wants it.
    if (length > mostBytes || (first & 0x80) === 0 || (second & 0x80) === 0) {
      this.close(1002);
      return false;
    }
    const end = start + 4 + length;
    if (bytes.length < end) return false;
    const mask = bytes.subarray(start, start + 4);
    const payload = Buffer.from(bytes.subarray(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
    this.#waiting = bytes.subarray(end);
    const opcode = first & 0x0f;
    if (opcode === opcodes.text) this.onText(payload.toString('utf8'));
    else if (opcode === opcodes.ping) this.#write(opcodes.pong, payload);
    else if (opcode === opcodes.close) this.close(1000);
    return true;
  }
}
