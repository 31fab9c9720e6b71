// The tarball holds what n8n loads and what people read, and stays small.
import { readFile } from 'node:fs/promises';

const [{ files, unpackedSize }] = JSON.parse(await readFile(process.argv[2], 'utf8'));
const strays = files
	.map(({ path }) => path)
	.filter(
		(path) => !/^(dist\/(credentials|nodes|icons)\/.+\.(js|json|svg)|README\.md|LICENSE\.md|package\.json)$/.test(path),
	);
if (strays.length > 0) throw new Error(`The package holds files that n8n does not load: ${strays.join(', ')}`);
if (unpackedSize >= 150_000) throw new Error(`The package is ${unpackedSize} bytes unpacked, the limit is 150,000`);
const loaded = files.filter(({ path }) => path.startsWith('dist/')).reduce((sum, { size }) => sum + size, 0);
if (loaded >= 130_000) throw new Error(`n8n would load ${loaded} bytes, the limit is 130,000`);
console.log(`package: ${files.length} files, ${unpackedSize} bytes unpacked, ${loaded} of them for n8n`);
