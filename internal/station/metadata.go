package station

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// MetadataWriter makes the metadata file that stands beside an archived document (R4.3).
type MetadataWriter interface {
	// WriteMetadata writes one XML file. It returns what is left for others to fill in, which the file lists as well. Equal
	// metadata make equal files.
	WriteMetadata(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error)
}

// archivedSegnatura words a registration's segnatura for the archived file.
func archivedSegnatura(reg protocollo.Registration, doc protocollo.Document) pdfa.Segnatura {
	s := reg.Segnatura
	return pdfa.Segnatura{
		Text: s.Text(), BodyCode: s.Body.Code, BodyName: s.Body.Name, AOOCode: string(s.AOO.Code), AOOName: s.AOO.Name,
		RegisterCode: s.AOO.RegisterCode, RegisterName: s.AOO.RegisterName, Emergency: s.Emergency != nil, Year: s.Year, Number: string(s.Number),
		Day: string(s.Day), RegisteredAt: s.RegisteredAt.In(protocollo.Rome()), Direction: pdfa.Direction(s.Direction),
		Version: max(doc.Version, 1), Part: doc.Part,
	}
}

// documentMetadata gathers what is known of an archived file. edition counts the files made of the same scan, from 1; software
// is whatever made it. What nobody stated stays empty: the writer lists it.
func documentMetadata(rec Record, doc protocollo.Document, pages []protocollo.Page, res pdfa.Result, edition int, software pdfa.Software) pdfa.DocumentMetadata {
	reg, d := *rec.Registration, rec.Intake.Draft
	m := pdfa.DocumentMetadata{
		Segnatura: archivedSegnatura(reg, doc),
		File: pdfa.ArchivedFile{Name: doc.FileName(reg), SHA256: res.SHA256, Bytes: res.Bytes, Flavour: res.Flavour,
			Pages: len(res.Pages), Edition: edition, MadeAt: lastTaken(pages, reg.RegisteredAt).In(protocollo.Rome())},
		Subject: d.Subject, Senders: agents(d.Senders), Anonymous: d.Anonymous, Recipients: agents(d.Recipients),
		Copies: agents(d.Copies), Operator: pdfa.Agent{Name: rec.Intake.Operator}, RPA: d.RPA, UOR: d.UOR,
		Classifica: d.Classifica, Fascicolo: d.Fascicolo, Confidential: d.Confidential, Software: software, Note: joinNotes(archivedNote(rec, doc), obscuredNote(rec, doc)),
		Scans: scansOf(pages), Previous: previousOf(rec, doc),
	}
	if doc.Part > 0 {
		m.Primary = archivedPart(rec, 0)
	} else {
		m.Attachments = attachedFiles(rec)
	}
	return m
}

func agents(in []protocollo.Correspondent) []pdfa.Agent {
	var out []pdfa.Agent
	for _, c := range in {
		out = append(out, pdfa.Agent{Name: c.Name, Address: c.Address, Email: c.Email, Code: c.Code})
	}
	return out
}

// scansOf counts the pages by the settings under which they were taken, in the order in which each was first used. A page
// without settings (an upload) counts under the zero ones.
func scansOf(pages []protocollo.Page) []pdfa.ScanSettings {
	var out []pdfa.ScanSettings
	for _, p := range pages {
		if p.Erased {
			continue
		}
		var s scanner.Settings
		_ = json.Unmarshal(p.Settings, &s) // none, or none that can be read: nothing is claimed
		one := pdfa.ScanSettings{Device: printable(s.Device), Input: string(s.Input), ColorMode: string(s.ColorMode),
			XDPI: s.ResolutionXDPI, YDPI: s.ResolutionYDPI, Duplex: s.Duplex}
		at := p.TakenAt.In(protocollo.Rome())
		i := slices.IndexFunc(out, func(o pdfa.ScanSettings) bool {
			o.Pages, o.FirstTakenAt, o.LastTakenAt = 0, one.FirstTakenAt, one.LastTakenAt
			return o == one
		})
		if i < 0 {
			one.FirstTakenAt, one.LastTakenAt = at, at
			out, i = append(out, one), len(out)
		}
		out[i].Pages++
		if at.Before(out[i].FirstTakenAt) {
			out[i].FirstTakenAt = at
		}
		if at.After(out[i].LastTakenAt) {
			out[i].LastTakenAt = at
		}
	}
	return out
}

// printable makes a blank of whatever neither a page nor XML can hold: a device's name is foreign text, and so is a typed reason.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// previousOf is the archived scan that a rescan replaces.
func previousOf(rec Record, doc protocollo.Document) *pdfa.PreviousVersion {
	var best *DocumentView
	for i, d := range rec.Documents {
		if d.Archive != nil && d.Part == doc.Part && d.Version < doc.Version && (best == nil || d.Version > best.Version) {
			best = &rec.Documents[i]
		}
	}
	if best == nil {
		return nil
	}
	return &pdfa.PreviousVersion{SHA256: best.Archive.SHA256}
}
