package soap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// dimeType is how Microsoft's WSE 2.0 sends files beside an envelope: Direct Internet Message Encapsulation (draft-nielsen-dime-02), the envelope in
// its first record (draft-nielsen-dime-soap-01). Services of that age know no multipart/related.
const dimeType = "application/dime"

// A record's head: version, flags, what its type is, and four lengths.
const (
	dimeHead    = 12
	dimeVersion = 1 << 3
	dimeFirst   = 1 << 2
	dimeLast    = 1 << 1
	dimeChunk   = 1 << 0

	dimeMedia = 1 << 4 // the type is a media type
	dimeURI   = 2 << 4 // the type is a URI
)

// packDIME writes the envelope and its parts as one message, each in one record.
func packDIME(envelope []byte, parts []Part) (kind string, message []byte, err error) {
	for i, p := range append([]Part{{MediaType: EnvelopeNamespace, Body: envelope}}, parts...) {
		flags, named := byte(dimeVersion), byte(dimeMedia)
		if i == 0 {
			flags, named = flags|dimeFirst, dimeURI
		}
		if i == len(parts) {
			flags |= dimeLast
		}
		if len(p.ID) > 1<<16-1 || len(p.MediaType) > 1<<16-1 || int64(len(p.Body)) > 1<<32-1 {
			return "", nil, fmt.Errorf("part %d is too long for a record", i)
		}
		head := [dimeHead]byte{flags, named}
		binary.BigEndian.PutUint16(head[4:], uint16(len(p.ID)))
		binary.BigEndian.PutUint16(head[6:], uint16(len(p.MediaType)))
		binary.BigEndian.PutUint32(head[8:], uint32(len(p.Body)))
		message = append(message, head[:]...)
		for _, field := range [][]byte{[]byte(p.ID), []byte(p.MediaType), p.Body} {
			message = append(message, field...)
			message = append(message, make([]byte, padding(len(field)))...)
		}
	}
	return dimeType, message, nil
}

// padding is how many bytes a field needs to end on the fourth.
func padding(n int) int { return -n & 3 }

// UnpackDIME reads a message: the envelope, and the parts after it. It refuses records in pieces, which nobody needs who knows a file's length.
func UnpackDIME(message []byte) (envelope []byte, parts []Part, err error) {
	for i, last := 0, false; !last; i++ {
		if len(message) < dimeHead {
			return nil, nil, errors.New("the message ends within a record's head")
		}
		flags := message[0]
		lengths := [4]int64{int64(binary.BigEndian.Uint16(message[2:])), int64(binary.BigEndian.Uint16(message[4:])), int64(binary.BigEndian.Uint16(message[6:])),
			int64(binary.BigEndian.Uint32(message[8:]))}
		if flags&^7 != dimeVersion || flags&dimeChunk != 0 || (flags&dimeFirst != 0) != (i == 0) {
			return nil, nil, fmt.Errorf("record %d has the flags %#x", i, flags)
		}
		message, last = message[dimeHead:], flags&dimeLast != 0
		var fields [4][]byte // options, which say nothing here, ID, type, data
		for f, n := range lengths {
			whole := n + int64(padding(int(n)))
			if int64(len(message)) < n {
				return nil, nil, fmt.Errorf("the message ends within record %d", i)
			}
			fields[f], message = message[:n], message[min(whole, int64(len(message))):]
		}
		if i == 0 {
			envelope = fields[3]
		} else {
			parts = append(parts, Part{ID: string(fields[1]), MediaType: string(fields[2]), Body: fields[3]})
		}
	}
	return envelope, parts, nil
}
