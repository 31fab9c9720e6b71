/* eslint-disable */
// What n8n's binary mode 'database' does with a file, with a map in place of its table.
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
	/** Absent where a benchmark measures the memory of the process, to which a database does not belong. */
	bytes?: Buffer;
	metadata: Parameters<Store>[2];
}

/** The server's class needs a database; reading the body is n8n's own function, as there. */
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
