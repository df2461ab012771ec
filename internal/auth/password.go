package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"segnatura/internal/protocollo"
)

// hashParams are argon2id's costs (RFC 9106, section 4, second recommended option: 64 MiB, 3 passes), one lane a core.
type hashParams struct {
	timeCost, memoryKiB uint32
	threads             uint8
}

var defaultParams = hashParams{timeCost: 3, memoryKiB: 64 * 1024, threads: 2}

const (
	saltBytes = 16
	keyBytes  = 32
)

// Hash returns the PHC string of a password. It takes about a tenth of a second on purpose.
func Hash(password string) (string, error) { return hashWith(password, defaultParams) }

func hashWith(password string, p hashParams) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt a password: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, p.timeCost, p.memoryKiB, p.threads, keyBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memoryKiB, p.timeCost, p.threads, b64(salt), b64(key)), nil
}

// Verify reports whether password made hash. A malformed hash matches nothing.
func Verify(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var p hashParams
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memoryKiB, &p.timeCost, &p.threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	key, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(key) == 0 || p.timeCost == 0 || p.threads == 0 || p.memoryKiB > 1<<20 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, p.timeCost, p.memoryKiB, p.threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// Lengths of R11.3: the manual's floor is 8, our defaults are stricter.
const (
	MinLength              = 12
	MinLengthAdministrator = 14
	barredPasswords        = 8
)

// rule is one line of the password floor (Comune manual's Allegato 6; R11.3), by the code that the screen words.
type rule struct {
	code   string
	broken func(password string, a protocollo.Account) bool
}

var rules = []rule{
	{"password-short", func(p string, a protocollo.Account) bool {
		least := MinLength
		if a.May(protocollo.ActAccounts) {
			least = MinLengthAdministrator
		}
		return utf8.RuneCountInString(p) < least
	}},
	{"password-alphanumeric", func(p string, _ protocollo.Account) bool {
		return count(p, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 3
	}},
	{"password-symbol", func(p string, _ protocollo.Account) bool { return count(p, isSymbol) < 1 }},
	{"password-classes", func(p string, _ protocollo.Account) bool {
		classes := 0
		for _, is := range []func(rune) bool{unicode.IsUpper, unicode.IsLower, unicode.IsDigit, isSymbol} {
			if count(p, is) > 0 {
				classes++
			}
		}
		return classes < 3
	}},
	{"password-user", func(p string, a protocollo.Account) bool {
		return a.User != "" && strings.Contains(strings.ToLower(p), strings.ToLower(a.User))
	}},
	{"password-barred", func(p string, a protocollo.Account) bool {
		for i, h := range a.PreviousHashes {
			if i < barredPasswords && Verify(h, p) {
				return true
			}
		}
		return false
	}},
}

// CheckPassword returns Invalid with the code of the first rule that a new password breaks.
func CheckPassword(password string, a protocollo.Account) error {
	for _, r := range rules {
		if r.broken(password, a) {
			return protocollo.Errorf(protocollo.Invalid, r.code, "the new password breaks a rule")
		}
	}
	return nil
}

func isSymbol(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) }

func count(s string, is func(rune) bool) int {
	n := 0
	for _, r := range s {
		if is(r) {
			n++
		}
	}
	return n
}

// HashNew checks a new password for an account and returns its hash.
func HashNew(password string, a protocollo.Account) (string, error) {
	if err := CheckPassword(password, a); err != nil {
		return "", err
	}
	return Hash(password)
}
