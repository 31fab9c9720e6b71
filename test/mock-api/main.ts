/* eslint-disable */
import { readArguments, USAGE } from './commandLine';
import { startMockApi, type JournalEntry } from '.';

/** Runs the mock API until Ctrl-C. */
async function main(): Promise<void> {
	const settings = readArguments(process.argv.slice(2));
	if (settings === null) return console.log(USAGE);
	const mockApi = await startMockApi({
		drawing: 'scene',
		...settings,
		onResponse: (entry) => console.log(lineOf(entry)),
	});
	console.log(`API    ${mockApi.baseUrl}\nfiles  ${mockApi.filesUrl}\nkey    ${mockApi.apiKey}\nCtrl-C stops it.`);
	const stop = (): void => void mockApi.stop();
	process.once('SIGINT', stop).once('SIGTERM', stop);
}

// Without the query, which contains signatures.
function lineOf({ origin, method, path, status, fault }: JournalEntry): string {
	const time = new Date().toISOString().slice(11, 23);
	return `${time}  ${origin.padEnd(7)} ${method.padEnd(4)} ${path.split('?')[0]}  ${status}${fault ? `  ${fault}` : ''}`;
}

main().catch((error: unknown) => {
	const message = error instanceof Error ? error.message : String(error);
	console.error(message.split('\n')[0]);
	process.exit(1);
});
