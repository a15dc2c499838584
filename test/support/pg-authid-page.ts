export const pageBytes = 8192;

interface Row {
  readonly id: number;
  readonly name: string;
  /** Its pointer says that nothing is there. */
  readonly gone?: boolean;
}

/** A page of pg_authid as Postgres lays it out: pointers from the front, rows from the back. */
export const pageOf = (rows: readonly Row[]): Buffer => {
  const page = Buffer.alloc(pageBytes);
  const rowBytes = 120;
  page.writeUInt16LE(24 + rows.length * 4, 12);
  rows.forEach(({ id, name, gone = false }, index) => {
    const offset = pageBytes - rowBytes * (index + 1);
    page.writeUInt32LE(offset | ((gone ? 0 : 1) << 15) | (rowBytes << 17), 24 + index * 4);
    page.writeUInt8(32, offset + 22);
    page.writeUInt32LE(id, offset + 32);
    page.write(name, offset + 36, 63, "utf8");
  });
  return page;
};
