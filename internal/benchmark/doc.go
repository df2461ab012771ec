// Package benchmark measures what a clerk waits for, from one end of the station to the other: the number after «Registra», the
// label after «Stampa», the thumbnail after the scanner's last byte, a handover's instant after the key. It holds benchmarks only, and one test that the ways which
// they measure lead where they should. Parts of the way have their own benchmarks beside their code.
//
//	make bench                                  # everything, with the machine's name
//	make bench PKG=./internal/benchmark COUNT=1
//
// Everything is the real thing but the two devices: the store on a real disk with its fsyncs, the use cases, the HTTP server and a
// client of it on loopback. Scanner and printer are the pretend office's (package officesim), on loopback too; a real device adds
// its own time. Data go into TMPDIR: a memory file system there would make every figure a lie, so the benchmark of the disk runs
// beside the others and tells what one fsync costs.
//
// It refuses to give a 99th percentile of fewer than a thousand samples, and it asserts no speed.
package benchmark
