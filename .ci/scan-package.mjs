// Runs n8n's review scanner on the sources and on the unpacked tarball. It lints with n8n's rules, and
// no comment can turn one off. Its registry checks (provenance, the published source) are left out,
// because they only work after publishing.
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'nanobanana-scan-'));

async function scan(name, path, patterns) {
	const { passed, message, details } = await analyzePackage(path, patterns);
	// The scanner also passes if it found no files, but then it returns a message.
	if (!passed || message) throw new Error(`The scanner does not pass the ${name}: ${message}\n${details ?? ''}`);
	console.log(`scanner: the ${name} passed`);
}

try {
	await scan('sources', root, SOURCE_FILE_PATTERNS);
	const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: root,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	execFileSync('tar', ['-xzf', join(folder, JSON.parse(packed)[0].filename), '-C', folder]);
	await scan('packed tarball', join(folder, 'package'), ['**/*.js', 'package.json']);
} finally {
	await rm(folder, { recursive: true, force: true });
}
