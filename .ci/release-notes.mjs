// Prints the chapter of one version in CHANGELOG.md, for its release page. Fails if the version is not
// the package's own, is not in the changelog, or is unreleased.
import { readFile } from 'node:fs/promises';

const read = async (name) => await readFile(new URL(`../${name}`, import.meta.url), 'utf8');
const [version] = process.argv.slice(2);

const manifest = JSON.parse(await read('package.json'));
if (manifest.version !== version) throw new Error(`The package is version ${manifest.version}, not ${version}`);

const chapters = (await read('CHANGELOG.md')).split(/^## /m).slice(1);
const chapter = chapters.find((text) => text.split(/[\s(]/)[0] === version);
if (chapter === undefined) throw new Error(`CHANGELOG.md does not contain the heading "## ${version}"`);
const [title, ...lines] = chapter.split('\n');
if (/unreleased/i.test(title)) throw new Error(`CHANGELOG.md still says that ${version} is unreleased. Enter the date`);
console.log(lines.join('\n').trim());
