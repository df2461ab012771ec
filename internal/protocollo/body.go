package protocollo

import (
	"regexp"
	"strings"
)

// Body is the amministrazione that owns the register, by its IPA code and names.
type Body struct {
	Code      string `json:"code" doc:"Codice IPA dell'amministrazione, es. c_a000"`
	Name      string `json:"name" doc:"Denominazione"`
	ShortName string `json:"shortName" doc:"Denominazione breve, stampata in etichetta"`
}

// AOOCode names an area organizzativa omogenea within the body.
type AOOCode string

// AOO is an area organizzativa omogenea: one register, one sequence of numbers a year.
type AOO struct {
	Code         AOOCode `json:"code"`
	Name         string  `json:"name"`
	RegisterCode string  `json:"registerCode" doc:"Codice del registro, es. PG"`
	RegisterName string  `json:"registerName"`
}

// UOR is an organisational unit that mail is assigned to (ufficio utente, UU).
type UOR struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Codes stand in the barcode, whose alphabet is that of QR's alphanumeric mode and whose separator is the dot (R18.1).
// The underscore is written as $, so $ itself is not allowed; neither is the blank.
var codePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,12}$`)

// ValidCode reports whether s can be an administration, AOO or register code.
func ValidCode(s string) bool { return codePattern.MatchString(s) }

// Validate names the first field at fault.
func (b Body) Validate() error {
	switch {
	case !ValidCode(b.Code):
		return Errorf(Invalid, "body.code", "administration code %q is not 1 to 12 of A-Z, 0-9, _ and -", b.Code)
	case strings.TrimSpace(b.Name) == "":
		return Errorf(Invalid, "body.name", "the administration has no name")
	case strings.TrimSpace(b.ShortName) == "":
		return Errorf(Invalid, "body.shortName", "the administration has no short name")
	}
	return nil
}

// Validate names the first field at fault.
func (a AOO) Validate() error {
	switch {
	case !ValidCode(string(a.Code)):
		return Errorf(Invalid, "aoo.code", "AOO code %q is not 1 to 12 of A-Z, 0-9, _ and -", a.Code)
	case strings.TrimSpace(a.Name) == "":
		return Errorf(Invalid, "aoo.name", "the AOO has no name")
	case !ValidCode(a.RegisterCode):
		return Errorf(Invalid, "aoo.registerCode", "register code %q is not 1 to 12 of A-Z, 0-9, _ and -", a.RegisterCode)
	}
	return nil
}
