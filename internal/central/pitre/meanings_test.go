package pitre

import "testing"

// Every word by which the centre says no is told in the clerk's language beside it.
func TestEveryRefusalHasAMeaning(t *testing.T) {
	for name, set := range map[string]map[string]bool{"credentials": credentialWords, "create": createRefusals, "upload": uploadRefusals, "edit": editRefusals} {
		for word := range set {
			if meanings[word] == "" {
				t.Errorf("%s: %s has no meaning", name, word)
			}
		}
	}
}
