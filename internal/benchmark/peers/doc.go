// Package peers measures `segnatura pdfa` beside the programs that do the same elsewhere, on the same pages, in the same run: without
// recognition against img2pdf and Ghostscript, with recognition against the bare engine, tesseract, and OCRmyPDF. It holds
// benchmarks only, and a test of how they measure.
//
//	make bench-pdfa                  # installs the peers, then three rounds, medians and ratios
//
// The pages are letters of the pretend office (package officesim), scanned at 300 dpi. Each program is run as a person would run it,
// from its start to its end, one after the other in every round, so that whoever else uses the machine disturbs them alike. A figure
// counts only where the output has all the pages.
//
// Every figure is given for the program and all the processes that it starts: ms and cpu-ms are wall and processor time, MiB is
// the highest sum of their resident memory that was seen (shared pages count in each), kB the output. x-NAME is our time as a
// share of NAME's, below 1 is faster; x-NAME-cpu likewise.
package peers
