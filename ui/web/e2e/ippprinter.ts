// A printer that says over IPP what is loaded and how it is, and takes no job: what must be known before anything is printed is asked of it first.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** RFC 8011, 5.4.15. */
const getPrinterAttributes = 0x000b
const idle = 3
const stopped = 5

const short = (n: number) => Buffer.from([n >> 8, n & 0xff])
const long = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff])
const field = (tag: number, name: string, value: Buffer) => Buffer.concat([Buffer.from([tag]), short(name.length), Buffer.from(name), short(value.length), value])
const several = (tag: number, name: string, values: readonly Buffer[]) => Buffer.concat(values.map((v, i) => field(tag, i === 0 ? name : '', v)))
const keywords = (name: string, ...words: string[]) => several(0x44, name, words.map((w) => Buffer.from(w)))
const enums = (name: string, ...numbers: number[]) => several(0x23, name, numbers.map(long))
const resolution = (name: string, dpi: number) => field(0x32, name, Buffer.concat([long(dpi), long(dpi), Buffer.from([3])]))
const member = (name: string, tag: number, value: Buffer) => Buffer.concat([field(0x4a, '', Buffer.from(name)), field(tag, '', value)])
const ended = field(0x37, '', Buffer.alloc(0))

/** media-col with the size alone, in hundredths of a millimetre. */
function media(name: string, widthMM: number, heightMM: number): Buffer {
  const size = Buffer.concat([member('media-size', 0x34, Buffer.alloc(0)), member('x-dimension', 0x21, long(widthMM * 100)), member('y-dimension', 0x21, long(heightMM * 100)), ended])
  return Buffer.concat([field(0x34, name, Buffer.alloc(0)), size, ended])
}

export class IPPPrinter {
  /** What lies in it. */
  loaded: [widthMM: number, heightMM: number] = [100, 50]
  /** printer-state-reasons; with any the printer is stopped. */
  reasons: string[] = []
  /** The operations that it was asked for, but for how it is. */
  readonly asked: number[] = []

  private constructor(private readonly server: Server) {}

  static async open(): Promise<IPPPrinter> {
    const server = createServer()
    const printer = new IPPPrinter(server)
    server.on('request', (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const message = Buffer.concat(parts)
        response.writeHead(200, { 'Content-Type': 'application/ipp' }).end(printer.answer(message.readUInt16BE(2), message.subarray(4, 8)))
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return printer
  }

  get url(): string {
    return `ipp://127.0.0.1:${(this.server.address() as AddressInfo).port}/ipp/print`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  private answer(operation: number, id: Buffer): Buffer {
    const known = operation === getPrinterAttributes
    if (!known) this.asked.push(operation)
    const head = [Buffer.from([2, 0]), short(known ? 0 : 0x0501), id, Buffer.from([1]), field(0x47, 'attributes-charset', Buffer.from('utf-8')), field(0x48, 'attributes-natural-language', Buffer.from('it'))]
    return Buffer.concat([...head, ...(known ? [Buffer.from([4]), ...this.attributes()] : []), Buffer.from([3])])
  }

  private attributes(): Buffer[] {
    return [
      enums('printer-state', this.reasons.length > 0 ? stopped : idle),
      keywords('printer-state-reasons', ...(this.reasons.length > 0 ? this.reasons : ['none'])),
      field(0x22, 'printer-is-accepting-jobs', Buffer.from([1])),
      enums('operations-supported', 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a, getPrinterAttributes),
      several(0x49, 'document-format-supported', [Buffer.from('application/octet-stream'), Buffer.from('image/pwg-raster')]),
      keywords('pwg-raster-document-type-supported', 'sgray_8', 'black_1'),
      resolution('pwg-raster-document-resolution-supported', 203),
      resolution('printer-resolution-supported', 203),
      keywords('print-scaling-supported', 'auto', 'none'),
      keywords('media-col-supported', 'media-size'),
      keywords('job-creation-attributes-supported', 'copies', 'media-col', 'print-scaling'),
      media('media-col-ready', ...this.loaded),
    ]
  }
}
