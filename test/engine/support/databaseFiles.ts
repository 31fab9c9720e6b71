/* eslint-disable */
// n8n's binary mode 'database', with a map instead of its table.
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BinaryDataService } from 'n8n-core';

type Manager = Parameters<BinaryDataService['setManager']>[1];
type Store = Manager['store'];

const requireOfCore = createRequire(require.resolve('n8n-core'));
const { binaryToBuffer } = requireOfCore('@n8n/backend-network') as {
	binaryToBuffer: (body: Parameters<Store>[1]) => Promise<Buffer>;
};

interface StoredFile {
	executionId?: string;
	size: number;
	/** Missing in benchmarks, which measure the memory of this process: a database is not part of it. */
	bytes?: Buffer;
	metadata: Parameters<Store>[2];
}

/** The server's class needs a database. The body is read by the same n8n function as in the server. */
export function createDatabaseFiles(keepsBytes: () => boolean): {
	manager: Manager;
	sizesOf(executionId: string): number[];
} {
	const files = new Map<string, StoredFile>();
	const bytesOf = (fileId: string): Buffer => {
		const bytes = files.get(fileId)?.bytes;
		if (!bytes) throw new Error(`There is no file ${fileId}`);
		return bytes;
	};
	const manager = {
		init: async () => undefined,
		async store(location, body, metadata) {
			const bytes = await binaryToBuffer(body);
			const fileId = randomUUID();
			const { executionId } = location as { executionId?: string };
			files.set(fileId, { executionId, size: bytes.length, ...(keepsBytes() && { bytes }), metadata });
			return { fileId, fileSize: bytes.length };
		},
		getPath: (fileId) => `database://${fileId}`,
		getAsBuffer: async (fileId) => bytesOf(fileId),
		getAsStream: async (fileId) => Readable.from(bytesOf(fileId)),
		getMetadata: async (fileId) => ({ ...files.get(fileId)?.metadata, fileSize: files.get(fileId)?.size ?? 0 }),
	} as Partial<Manager> as Manager;
	return {
		manager,
		sizesOf: (executionId) =>
			[...files.values()].filter((stored) => stored.executionId === executionId).map(({ size }) => size),
	};
}
