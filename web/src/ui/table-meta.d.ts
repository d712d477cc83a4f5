import "@tanstack/react-table";

declare module "@tanstack/react-table" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- as the library declares it
  interface ColumnMeta<TData, TValue> {
    /** A track of a CSS grid, such as "7rem" or "minmax(12rem, 1fr)". */
    width?: string;
  }
}
