package protocollo

// TemporaryWords stand on the label of a letter that has no number yet (R7.2, R16.5). Such a label is no segnatura: it never
// satisfies R3.1 (R21.2).
const TemporaryWords = "PROVVISORIA – in attesa del numero di protocollo"

// Barcode returns the code of the intake's temporary label: its own «Ricezione n.», of a kind of its own.
func (i Intake) Barcode(amministrazione string) Barcode {
	return intakeCode.barcode(amministrazione, i.AOO, i.Year, i.Seq, i.Draft.Direction)
}

// HandCode is the content of the Code 128 on a temporary label.
func (i Intake) HandCode() string { return intakeCode.hand(i.Year, i.Seq) }

// IntakeNumber returns the year and number of the «Ricezione n.» that a temporary label's code names; false for codes of another kind.
func (b Barcode) IntakeNumber() (year int, seq int64, ok bool) { return intakeCode.read(b) }

// ParseIntakeHandCode reads what [Intake.HandCode] wrote.
func ParseIntakeHandCode(s string) (year int, seq int64, ok bool) { return intakeCode.readHand(s) }
