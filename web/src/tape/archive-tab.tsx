import { useParams } from "react-router";

import { ArchiveBrowser } from "@/tape/archive";
import { Archives } from "@/tape/archives";

/** All archives, or the files of the one that the address names. */
export function ArchiveTab() {
  const { name } = useParams();
  return name === undefined ? <Archives /> : <ArchiveBrowser key={name} id={name} />;
}
