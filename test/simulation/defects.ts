/* eslint-disable */
// Inserts one defect at a time into the payment code of a copy of the node, and counts the histories until the
// simulation finds it: npx tsx test/simulation/defects.ts [--runs 20000] [--only text]. Fails if a defect is not found
// or does not match the code.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';

export interface Defect {
	name: string;
	/** Relative to nodes/NanoBanana. */
	file: string;
	find: string | RegExp;
	replace: string;
}

export const DEFECTS: Defect[] = [
	{
		name: 'a request is identified by what its expressions return',
		file: 'run/idempotencyStore.ts',
		find: 'const asWritten = keyAsWritten(ctx);',
		replace: 'const asWritten = place + evaluated;',
	},
	{
		name: 'the next try sends an unclear request again',
		file: 'steps/createTask.ts',
		find: 'isUnclear(record, executionId) && !settings.retryUnclear',
		replace: 'false',
	},
	{
		name: 'the task ID is recorded 20 ms after the response',
		file: 'steps/createTask.ts',
		find: 'recordResult(item, record, result);',
		replace: 'await systemClock.pause(20); recordResult(item, record, result);',
	},
	{
		name: 'an item sends its request after n8n has given up the run',
		file: 'steps/createTask.ts',
		find: '!item.isTool && hasRunFailed(ctx)',
		replace: 'false',
	},
	{
		name: 'a failed item does not stop the paid requests of the others',
		file: 'steps/createTask.ts',
		find: /if \(prepared\.record\.calls\.length === 1\) abortRun\(item\);/,
		replace: '',
	},
	{
		name: 'the failure of another item aborts a paid request',
		file: 'run/runItem.ts',
		find: 'submitClient: { ctx, base, signal: running.cancel }',
		replace: 'submitClient: { ctx, base, signal: run.signal }',
	},
	{
		name: 'a connection that was reset counts as never opened',
		file: 'gateway/networkErrors.ts',
		find: "{ sign: /ECONNRESET|EPIPE/, reason: 'The connection was reset' }",
		replace: "{ sign: /ECONNRESET|EPIPE/, reason: 'The connection was reset', isUnsent: true }",
	},
	{
		name: 'a 502 counts as proof that the request was not accepted',
		file: 'submit/submitResult.ts',
		find: 'if (status === 429) return',
		replace: "if (status === 502) return 'notAccepted'; if (status === 429) return",
	},
	{
		name: 'the key is sent to the host of every file',
		file: 'gateway/gatewayClient.ts',
		find: '!isOwnOrigin(client, url) || !wantsKey(first)',
		replace: '!wantsKey(first)',
	},
	{
		name: 'the error of an image that n8n cannot store does not say that it was charged',
		file: 'errors/failureKinds.ts',
		find: "cost: 'charged',",
		replace: '',
	},
	{
		name: 'a complete body is lost if its connection breaks afterwards',
		file: 'gateway/responseBody.ts',
		find: /if \(error && \(error instanceof TooLargeError \|\| !isWhole\(\)\)\) throw error;/,
		replace: 'if (error) throw error;',
	},
	{
		name: 'two items with the same request share one record',
		file: 'run/idempotencyStore.ts',
		find: 'return `${runIndexOf(ctx)}:${ctx.getItemIndex()}:`;',
		replace: 'return `${runIndexOf(ctx)}:`;',
	},
	{
		name: 'a try does not wait for the requests of the one before',
		file: 'steps/createTask.ts',
		find: 'await sending.get(record)?.catch(() => undefined);',
		replace: '',
	},
	{
		name: 'a request that was in progress when n8n saved the execution counts as never sent',
		file: 'steps/createTask.ts',
		find: 'const wasSent = record.isInProgress === true;',
		replace: 'const wasSent = false;',
	},
];

const ROOT = join(__dirname, '..', '..');
const NODE = join(ROOT, 'nodes', 'NanoBanana');
const OUT = join(ROOT, 'node_modules', '.cache', 'simulation');

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { runs: { type: 'string', default: '20000' }, only: { type: 'string' } } });
	mkdirSync(OUT, { recursive: true });
	const rows: Array<{ defect: string; histories: number | string }> = [];
	for (const [index, defect] of DEFECTS.entries()) {
		if (values.only !== undefined && !defect.name.includes(values.only)) continue;
		const outfile = join(OUT, `defect-${index}.cjs`);
		await build({
			entryPoints: [join(__dirname, 'main.ts')],
			bundle: true,
			platform: 'node',
			outfile,
			keepNames: true,
			external: ['n8n-workflow'],
			plugins: [insert(defect)],
			logLevel: 'error',
		});
		const row = { defect: defect.name, histories: histories(outfile, String(values.runs)) };
		console.log(`${row.histories}: ${row.defect}`);
		rows.push(row);
	}
	process.exitCode = rows.some(({ histories }) => typeof histories === 'string') ? 1 : 0;
}

function insert(defect: Defect): Plugin {
	return {
		name: 'defect',
		setup({ onLoad }) {
			onLoad({ filter: /\.ts$/ }, ({ path }) => ({
				contents: relative(NODE, path) === defect.file ? withDefect(defect) : readFileSync(path, 'utf8'),
				loader: 'ts',
			}));
		},
	};
}

/** The source of the file with the defect in it. */
export function withDefect({ name, file, find, replace }: Defect): string {
	const source = readFileSync(join(NODE, file), 'utf8');
	const contents = source.replace(find, () => replace);
	if (contents === source) throw new Error(`"${name}" no longer matches ${file}`);
	return contents;
}

/** Histories until the first violation. */
function histories(program: string, runs: string): number | 'not found' {
	try {
		execFileSync(process.execPath, [program, '--runs', runs], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e9 });
		return 'not found';
	} catch (failed) {
		const { stdout } = failed as { stdout: string };
		return Number(/after (\d+) histories/.exec(stdout)?.[1] ?? NaN);
	}
}

if (require.main === module) void main();
