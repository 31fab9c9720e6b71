/* eslint-disable */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `trusted`, `expired`, and `otherHost` are signed by an authority that n8n can be configured to trust. */
export type CertificateName = 'selfSigned' | 'trusted' | 'expired' | 'otherHost';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
// localhost: if the host is an IP address behind a proxy, Node.js compares localhost with the certificate.
const THIS_HOST = 'IP:127.0.0.1,DNS:localhost,DNS:*.example.com';

/** Writes `<name>.pem` and `<name>.key` into the folder. Returns the file of the authority's certificate. */
export function createCertificates(folder: string): string {
	const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
	const signItself = (name: string, subject: string, names: string) =>
		openssl(
			...['req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${subject}`, '-addext', `subjectAltName=${names}`],
			...['-keyout', `${name}.key`, '-out', `${name}.pem`],
		);
	const sign = (name: CertificateName, names: string, days: number) => {
		writeFileSync(join(folder, 'names'), `subjectAltName=${names}`);
		openssl('req', ...KEY, '-subj', '/CN=127.0.0.1', '-keyout', `${name}.key`, '-out', 'request');
		openssl(
			...['x509', '-req', '-in', 'request', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'],
			...['-days', String(days), '-extfile', 'names', '-out', `${name}.pem`],
		);
	};
	signItself('selfSigned', '127.0.0.1', THIS_HOST);
	signItself('authority', 'Authority of the tests', 'DNS:authority.example.com');
	sign('trusted', THIS_HOST, 2);
	sign('expired', THIS_HOST, -1);
	sign('otherHost', 'DNS:elsewhere.example.com', 2);
	return join(folder, 'authority.pem');
}
