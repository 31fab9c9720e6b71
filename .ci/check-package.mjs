// Checks that the package contains what n8n loads and what users read, and nothing else.
import { readFile } from 'node:fs/promises';

const EXPECTED =
	/^(dist\/(credentials|nodes|icons)\/.+\.(js|json|svg)|examples\/[\w-]+\.json|README\.md|CHANGELOG\.md|LICENSE\.md|package\.json)$/;
const REQUIRED = ['CHANGELOG.md', 'LICENSE.md', 'README.md', 'package.json'];

const [{ files, unpackedSize }] = JSON.parse(await readFile(process.argv[2], 'utf8'));
const paths = files.map(({ path }) => path);
const { n8n } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

const unexpected = paths.filter((path) => !EXPECTED.test(path));
if (unexpected.length > 0) throw new Error(`The package contains unexpected files: ${unexpected.join(', ')}`);
const missing = [...REQUIRED, ...n8n.nodes, ...n8n.credentials].filter((path) => !paths.includes(path));
if (missing.length > 0) throw new Error(`The package lacks ${missing.join(', ')}`);
console.log(`package: ${files.length} files, ${unpackedSize} bytes unpacked`);
