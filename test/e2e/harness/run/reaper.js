/* eslint-disable */
// Starts with a test run, whose pipe is its standard input. The pipe closes when the run ends, also after a kill -9.
// Then the reaper kills all process groups that the run registered, and removes the folder of the run.
// Plain JavaScript: it must start without a compiler.
const { existsSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const runFolder = process.argv[2];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdin.resume();
process.stdin.on('error', reap);
process.stdin.on('close', reap);

function reap() {
	const registry = join(runFolder, 'processes');
	for (const name of existsSync(registry) ? readdirSync(registry) : []) {
		const startedAt = readFileSync(join(registry, name), 'utf8');
		if (startTime(name) === startedAt) endGroup(Number(name));
	}
	rmSync(runFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
	process.exit(0);
}

// A process with this ID but another start time is not from the run. Keep it equal to startProcess.ts.
function startTime(pid) {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
	} catch {
		return existsSync('/proc/self') ? 'gone' : 'unknown';
	}
}

function endGroup(pid) {
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// It has already ended.
	}
}
