package barcode

// galois is the field of 256 elements that QR codes count in (ISO/IEC 18004, annex A: x^8+x^4+x^3+x^2+1).
type galois struct {
	exp [510]uint8
	log [256]int
}

func newGalois() *galois {
	f := new(galois)
	v := 1
	for i := range 255 {
		f.exp[i], f.exp[i+255], f.log[v] = uint8(v), uint8(v), i
		if v <<= 1; v > 255 {
			v ^= 0x11d
		}
	}
	return f
}

func (f *galois) mul(a, b uint8) uint8 {
	if a == 0 || b == 0 {
		return 0
	}
	return f.exp[f.log[a]+f.log[b]]
}

// div needs b other than 0.
func (f *galois) div(a, b uint8) uint8 {
	if a == 0 {
		return 0
	}
	return f.exp[f.log[a]+255-f.log[b]]
}

// at is a polynomial's value, lowest coefficient first.
func (f *galois) at(poly []uint8, x uint8) uint8 {
	var v uint8
	for i := len(poly) - 1; i >= 0; i-- {
		v = f.mul(v, x) ^ poly[i]
	}
	return v
}

// syndromes are all 0 for a codeword. The first byte of word is the highest coefficient.
func (f *galois) syndromes(word []uint8, parity int) (s []uint8, clean bool) {
	s = make([]uint8, parity)
	clean = true
	for j := range s {
		var v uint8
		for _, c := range word {
			v = f.mul(v, f.exp[j]) ^ c
		}
		s[j] = v
		clean = clean && v == 0
	}
	return s, clean
}

// correct mends word in place, of which the last parity bytes are check bytes: any e wrong bytes and the erased ones, which it is told
// of, as long as twice e and the erased are not more than parity. It reports false, with word as it was or not, where it cannot.
// (Berlekamp and Massey's algorithm begun with the erasures, Forney's for the values; Blahut, Algebraic Codes for Data Transmission, 7.)
func (f *galois) correct(word []uint8, parity int, erased []int) bool {
	s, clean := f.syndromes(word, parity)
	if clean {
		return true
	}
	locator := f.locator(s, len(word), erased)
	degree := 0
	for i, c := range locator {
		if c != 0 {
			degree = i
		}
	}
	if 2*degree-len(erased) > parity {
		return false
	}
	values := make([]uint8, parity) // the evaluator: syndromes times locator
	for i := range values {
		for k := 0; k <= min(i, degree); k++ {
			values[i] ^= f.mul(locator[k], s[i-k])
		}
	}
	slope := make([]uint8, degree+1) // the locator's formal derivative
	for i := 1; i <= degree; i += 2 {
		slope[i-1] = locator[i]
	}
	roots := 0
	for i := range word {
		power := len(word) - 1 - i
		inverse := f.exp[(255-power)%255]
		if f.at(locator[:degree+1], inverse) != 0 {
			continue
		}
		d := f.at(slope, inverse)
		if d == 0 {
			return false
		}
		word[i] ^= f.mul(f.exp[power], f.div(f.at(values, inverse), d))
		roots++
	}
	if roots != degree {
		return false
	}
	_, clean = f.syndromes(word, parity)
	return clean
}

// locator is the polynomial whose roots are the inverses of the wrong and the erased places, lowest coefficient first.
func (f *galois) locator(s []uint8, length int, erased []int) []uint8 {
	parity := len(s)
	locator, before := make([]uint8, parity+2), make([]uint8, parity+2)
	locator[0] = 1
	for n, at := range erased {
		x := f.exp[length-1-at]
		for i := n + 1; i > 0; i-- {
			locator[i] ^= f.mul(locator[i-1], x)
		}
	}
	copy(before, locator)
	errors := len(erased)
	next := make([]uint8, parity+2)
	for k := len(erased); k < parity; k++ {
		var off uint8
		for i := 0; i <= k; i++ {
			off ^= f.mul(locator[i], s[k-i])
		}
		copy(before[1:], before[:len(before)-1])
		before[0] = 0
		if off == 0 {
			continue
		}
		for i := range next {
			next[i] = locator[i] ^ f.mul(off, before[i])
		}
		if 2*errors <= k+len(erased) {
			errors = k + 1 - errors + len(erased)
			for i := range before {
				before[i] = f.div(locator[i], off)
			}
		}
		copy(locator, next)
	}
	return locator
}
