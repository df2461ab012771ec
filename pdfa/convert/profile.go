package convert

import "encoding/binary"

// soundProfile reports whether an ICC profile may stand in a PDF/A-2 for so many components: version 2 or 4, of a class and
// a colour space that ISO 19005-2, 6.2.4.2, and ISO 32000-1, 8.6.5.5, allow, of the length that it says.
func soundProfile(p []byte, components int) bool {
	if len(p) < 132 || uint64(binary.BigEndian.Uint32(p)) != uint64(len(p)) || string(p[36:40]) != "acsp" {
		return false
	}
	if p[8] != 2 && p[8] != 4 {
		return false
	}
	class, space := string(p[12:16]), string(p[16:20])
	if class != "scnr" && class != "mntr" && class != "prtr" && class != "spac" {
		return false
	}
	return space == map[int]string{1: "GRAY", 3: "RGB ", 4: "CMYK"}[components]
}
