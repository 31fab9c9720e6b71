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
	bytes: Buffer;
	metadata: Parameters<Store>[2];
}

/** The server's class needs a database; reading the body is n8n's own function, as there. */
export function createDatabaseFiles(): { manager: Manager; sizesOf(executionId: string): number[] } {
	const files = new Map<string, StoredFile>();
	const file = (fileId: string): StoredFile => {
		const found = files.get(fileId);
		if (!found) throw new Error(`There is no file ${fileId}`);
		return found;
	};
	const manager = {
		init: async () => undefined,
		async store(location, body, metadata) {
			const bytes = await binaryToBuffer(body);
			const fileId = randomUUID();
			files.set(fileId, { executionId: (location as { executionId?: string }).executionId, bytes, metadata });
			return { fileId, fileSize: bytes.length };
		},
		getPath: (fileId) => `database://${fileId}`,
		getAsBuffer: async (fileId) => file(fileId).bytes,
		getAsStream: async (fileId) => Readable.from(file(fileId).bytes),
		getMetadata: async (fileId) => ({ ...file(fileId).metadata, fileSize: file(fileId).bytes.length }),
	} as Partial<Manager> as Manager;
	return {
		manager,
		sizesOf: (executionId) =>
			[...files.values()].filter((stored) => stored.executionId === executionId).map(({ bytes }) => bytes.length),
	};
}
