import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface ServerIdentity {
  /** Private key in PEM. */
  key: string;
  /** Certificate in PEM; signs itself, so it is the authority that clients trust as well. */
  cert: string;
}

const OID = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
};

/**
 * A new key and certificate for `localhost`, `::1` and this IPv4 address, valid for a day before and a year after now.
 * Node makes keys but no certificates, so the few DER structures of RFC 5280 are written here.
 */
export function selfSignedIdentity(now = new Date(), address = '127.0.0.1'): ServerIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const name = sequence(der(0x31, sequence(objectId(OID.commonName), der(0x0c, Buffer.from('localhost')))));
  const dayMs = 86_400_000;
  const validity = sequence(utcTime(now.getTime() - dayMs), utcTime(now.getTime() + 365 * dayMs));
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from(address.split('.').map(Number))),
    der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.of(1)])),
  );
  const authority = sequence(der(0x01, Buffer.of(0xff)));
  const extensions = sequence(
    extension(OID.basicConstraints, authority),
    extension(OID.subjectAltName, names),
  );
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const head = body.length < 0x80 ? [body.length] : [0x80 | length.length, ...length];
  return Buffer.concat([Buffer.of(tag, ...head), body]);
}

const sequence = (...items: Buffer[]) => der(0x30, ...items);
const integer = (bytes: Buffer) => der(0x02, bytes);
const objectId = (bytes: number[]) => der(0x06, Buffer.from(bytes));
const bitString = (bytes: Buffer) => der(0x03, Buffer.of(0), bytes);
const extension = (oid: number[], value: Buffer) => sequence(objectId(oid), der(0x04, value));
const utcTime = (ms: number) =>
  der(0x17, Buffer.from(new Date(ms).toISOString().slice(2, 19).replace(/[-T:]/g, '') + 'Z'));
