package barcode

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing/common/reedsolomon"
)

// encoded is a codeword of gozxing's making.
func encoded(t *testing.T, r *rand.Rand, data, parity int) []uint8 {
	t.Helper()
	ints := make([]int, data+parity)
	for i := range data {
		ints[i] = r.IntN(256)
	}
	if err := reedsolomon.NewReedSolomonEncoder(reedsolomon.GenericGF_QR_CODE_FIELD_256).Encode(ints, parity); err != nil {
		t.Fatal(err)
	}
	word := make([]uint8, len(ints))
	for i, v := range ints {
		word[i] = uint8(v)
	}
	return word
}

func TestErrorsAndErasuresAreCorrectedToTheLimitAndNoFurther(t *testing.T) {
	f := newGalois()
	r := rand.New(rand.NewPCG(1, 26))
	for range 400 {
		word := encoded(t, r, labelData, labelParity)
		erasures := r.IntN(labelParity + 1)
		errors := (labelParity - erasures) / 2
		places := r.Perm(len(word))
		bad := slices.Clone(word)
		for _, at := range places[:errors] {
			bad[at] ^= uint8(1 + r.IntN(255))
		}
		erased := places[errors : errors+erasures]
		for _, at := range erased {
			bad[at] = uint8(r.IntN(256)) // now and then the right one
		}
		if mended := slices.Clone(bad); !f.correct(mended, labelParity, erased) || !slices.Equal(mended, word) {
			t.Fatalf("%d errors and %d erasures were not corrected", errors, erasures)
		}
		// One more is too many. Of few errors it may end at another codeword, never at this one.
		bad[places[errors+erasures]] ^= uint8(1 + r.IntN(255))
		if mended := slices.Clone(bad); (labelParity-erasures)%2 == 0 && f.correct(mended, labelParity, erased) && slices.Equal(mended, word) {
			t.Fatalf("%d errors and %d erasures are past the limit", errors+1, erasures)
		}
	}
}
