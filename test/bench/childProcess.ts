/* eslint-disable */
// Runs a part of the benchmark in a separate process, so that its CPU time and memory are measured alone. Its functions
// are called by name, and each call has one result.
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** The functions of a child process. Arguments and results are copied, so they are data only. */
export type Service = Record<string, (argument: never) => Promise<unknown>>;

type Calls<S extends Service> = { [K in keyof S]: (...argument: Parameters<S[K]>) => ReturnType<S[K]> };

export type Child<S extends Service> = Calls<S> & { stop(): Promise<void> };

interface Question {
	id: number;
	name: string;
	argument: unknown;
}
type Reply = { id: number; result: unknown } | { id: number; failure: string };

/** Provides the service to the parent process, and ends with it. */
export function serve(service: Service): void {
	process.on('message', ({ id, name, argument }: Question) => {
		service[name](argument as never).then(
			(result) => process.send?.({ id, result }),
			(error: unknown) =>
				process.send?.({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
		);
	});
	process.once('disconnect', () => process.exit());
	process.send?.({ id: 0, result: 'ready' });
}

/** Starts a file that calls `serve`, and resolves when it is ready. */
export async function startChild<S extends Service>(file: string): Promise<Child<S>> {
	const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
	const open = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
	const complaints: string[] = [];
	let count = 0;
	const expect = (id: number): Promise<unknown> => new Promise((resolve, reject) => open.set(id, { resolve, reject }));
	child.stderr?.on('data', (text: Buffer) => void complaints.push(text.toString()));
	child.on('message', (reply: Reply) => {
		const waiting = open.get(reply.id);
		open.delete(reply.id);
		if ('failure' in reply) waiting?.reject(new Error(reply.failure));
		else waiting?.resolve(reply.result);
	});
	child.once('exit', (code, signal) => {
		for (const { reject } of open.values())
			reject(new Error(`A process of the benchmark ended (${signal ?? code}): ${complaints.join('').slice(-2000)}`));
	});
	await expect(0);

	const ask = async (name: string, argument: unknown): Promise<unknown> => {
		if (!child.connected) throw new Error('A process of the benchmark has ended');
		const id = (count += 1);
		const result = expect(id);
		child.send({ id, name, argument });
		return await result;
	};
	const stop = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		const end = once(child, 'exit');
		// The child only removes its folders if it ends by itself.
		if (child.connected) child.disconnect();
		await end;
	};
	return new Proxy({} as Child<S>, {
		get: (_target, name) => {
			if (name === 'stop') return stop;
			// Awaiting the object itself must not call "then" in the child.
			if (name === 'then' || typeof name === 'symbol') return undefined;
			return async (argument: unknown) => await ask(name, argument);
		},
	});
}
