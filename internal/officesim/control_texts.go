package officesim

import "errors"

// letterOrder is the order of the buttons on the control page.
var letterOrder = []LetterKind{
	KindLetter, KindLong, KindDoubleSided, KindBlankBacks, KindForeignCode, KindPhotocopy, KindTwoLabels, KindUnlabelled, KindPlan, KindPoor,
}

var letterNames = map[LetterKind]string{
	KindLetter:      "Metti una lettera nello scanner",
	KindLong:        "Metti una lettera di 11 pagine",
	KindDoubleSided: "Metti una lettera stampata fronte e retro",
	KindBlankBacks:  "Metti due fogli con il retro bianco",
	KindForeignCode: "Metti una lettera con un codice altrui",
	KindPhotocopy:   "Metti la fotocopia di una lettera già etichettata",
	KindTwoLabels:   "Metti una lettera che riceverà due etichette",
	KindUnlabelled:  "Metti una lettera senza etichetta",
	KindPlan:        "Metti una tavola A3",
	KindPoor:        "Metti una lettera con pagine riuscite male",
}

// faultSwitch is one button that switches a trouble on.
type faultSwitch struct {
	Kind    FaultKind
	Label   string
	After   int
	DelayMS int
}

var faultSwitches = []faultSwitch{
	{Kind: FaultJam, Label: "Inceppa lo scanner dopo la prima pagina", After: 1},
	{Kind: FaultCoverOpen, Label: "Apri il coperchio dello scanner"},
	{Kind: FaultBusy, Label: "Occupa lo scanner una volta", After: 1},
	{Kind: FaultCut, Label: "Interrompi il collegamento a metà della prima pagina"},
	{Kind: FaultSlow, Label: "Rallenta lo scanner", DelayMS: 3000},
	{Kind: FaultLabelsOut, Label: "Finisci le etichette"},
	{Kind: FaultOtherLabels, Label: "Carica etichette più corte"},
	{Kind: FaultHeadOpen, Label: "Apri la testina della stampante"},
	{Kind: FaultPaused, Label: "Metti in pausa la stampante"},
	{Kind: FaultPrinterSilent, Label: "Spegni le risposte della stampante"},
	{Kind: FaultPrinterSlow, Label: "Rallenta la stampante", DelayMS: 3000},
}

var faultNames = map[FaultKind]string{
	FaultJam:           "Scanner inceppato",
	FaultSilentJam:     "Scanner inceppato, senza avviso",
	FaultCoverOpen:     "Coperchio dello scanner aperto",
	FaultFeederEmpty:   "Lo scanner non vede la carta",
	FaultBusy:          "Scanner occupato",
	FaultSlow:          "Scanner lento",
	FaultCut:           "Collegamento interrotto a metà pagina",
	FaultStrayLocation: "Lo scanner risponde con un indirizzo altrui",
	FaultLabelsOut:     "Etichette finite",
	FaultRibbonOut:     "Nastro finito",
	FaultHeadOpen:      "Testina aperta",
	FaultPaused:        "Stampante in pausa",
	FaultLabelsLow:     "Etichette quasi finite",
	FaultOtherLabels:   "Etichette di un’altra misura",
	FaultPrinterSilent: "La stampante non risponde e perde ciò che riceve",
	FaultPrinterSlow:   "Stampante lenta",
	FaultPrinterCut:    "Collegamento interrotto a metà etichetta",
	FaultPrinterMute:   "La stampante stampa ma non risponde",
}

// explain says in Italian why a button did nothing.
func explain(err error) string {
	if errors.Is(err, ErrNoLabel) {
		return "Non c’è ancora alcuna etichetta stampata da fotocopiare: stampane una e riprova."
	}
	return "La richiesta non è valida: nulla è cambiato."
}
