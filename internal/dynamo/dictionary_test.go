package dynamo

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/payhooks/payhooks/events"
	kinds "github.com/payhooks/payhooks/infra/dictionary"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// sums are the dictionaries' checksums. A line is added for each, and none is changed:
// bodies that were stored with one are read with the same bytes only.
var sums = map[uint32]string{
	samples1: "8bdb390d1828da7ec0cf12bc8313e9a97fed2270efdd3854a95dc4b310cbf7c0",
}

func TestDictionariesNeverChange(t *testing.T) {
	files, err := dictionaries.ReadDir("dictionaries")
	if err != nil || len(files) != newest || len(sums) != newest {
		t.Errorf("%d files, %d checksums, newest is %d: %v", len(files), len(sums), newest, err)
	}
	for version, want := range sums {
		content, err := dictionary(version)
		if sum := sha256.Sum256(content); err != nil || hex.EncodeToString(sum[:]) != want {
			t.Errorf("dictionary %d has checksum %x, %v", version, sum, err)
		}
	}
}

// samples visits every sample of a snapshot event.
func samples(t *testing.T, visit func(kind string, body []byte)) {
	t.Helper()
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			body, err := events.Sample(kind, version)
			if err != nil {
				t.Fatal(err)
			}
			visit(kind, body)
		}
	}
}

func encoderOf(t *testing.T, version uint32, level zstd.EncoderLevel) *zstd.Encoder {
	t.Helper()
	e, err := newEncoder(version, level)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBodiesOfEveryVersionAreReadToTheByte(t *testing.T) {
	noise := make([]byte, 300<<10)
	_, _ = rand.Read(noise)
	for version := uint32(plain); version <= newest; version++ {
		quick, dense := encoderOf(t, version, zstd.SpeedFastest), encoderOf(t, version, zstd.SpeedDefault)
		same := func(what string, body []byte) {
			for _, e := range []*zstd.Encoder{quick, dense} {
				got, err := decompress(e.EncodeAll(body, nil))
				if err != nil || !bytes.Equal(got, body) {
					t.Errorf("version %d, %s: %d bytes of %d, %v", version, what, len(got), len(body), err)
				}
			}
		}
		samples(t, same)
		same("nothing", []byte{})
		same("noise", noise)
		same("16 MB", bytes.Repeat([]byte(`{"id":"evt_1"}`), maxBody/14))
	}
}

func TestBodyOfALaterReleaseIsNamed(t *testing.T) {
	later, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(newest+1, []byte(strings.Repeat("later", 100))))
	if err != nil {
		t.Fatal(err)
	}
	_, err = decompress(later.EncodeAll([]byte(strings.Repeat("later", 10)), nil))
	if !errors.Is(err, event.ErrInvalid) || !strings.Contains(err.Error(), "dictionary") {
		t.Errorf("%v", err)
	}
}

// stored counts items and what each of their writes costs.
type stored struct{ items, body, bytes, units int }

func (s *stored) add(t *testing.T, p *packer, body []byte) {
	t.Helper()
	at := time.Date(2026, 11, 22, 1, 2, 3, 4e6, time.UTC)
	f, reason := webhook.Parse(body)
	if reason != "" {
		t.Fatalf("%s: %s", body[:100], reason)
	}
	f.Endpoint, f.Received = "default", at
	it, err := (&Tables{bodies: p}).eventItem(event.Event{Facts: f, Body: body}, at.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	packed := it["body"].(*ddb.AttributeValueMemberB).Value //nolint:forcetypeassert // that is what it is
	it["nonce"] = str(nonce())
	s.items, s.body, s.bytes, s.units = s.items+1, s.body+len(packed), s.bytes+it.size(), s.units+writeUnits(it)
}

// TestPackingCostsNoUnitMoreThanTheDenseEncoder, and uses it for few bodies.
func TestPackingCostsNoUnitMoreThanTheDenseEncoder(t *testing.T) {
	for version := uint32(plain); version <= newest; version++ {
		used := 0
		all := newPacker(version)
		some := &packer{quick: all.quick, dense: func() (*zstd.Encoder, error) { used++; return all.dense() }}
		dense := &packer{quick: all.dense, dense: all.dense}
		var by, least stored
		samples(t, func(_ string, body []byte) { by.add(t, some, body); least.add(t, dense, body) })
		if by.units > least.units || used == 0 || used > by.items/5 {
			t.Errorf("version %d: %d units, dense %d; %d of %d bodies were packed densely", version, by.units, least.units, used, by.items)
		}
	}
}

// TestADictionaryHalvesTheUnitsOfAnEvent, of kinds that it was not made of, too.
func TestADictionaryHalvesTheUnitsOfAnEvent(t *testing.T) {
	for version := uint32(plain); version <= newest; version++ {
		e := newPacker(version)
		var known, unseen stored
		samples(t, func(kind string, body []byte) {
			if kinds.Trained(kind) {
				known.add(t, e, body)
			} else {
				unseen.add(t, e, body)
			}
		})
		for name, s := range map[string]stored{"in the dictionary": known, "not in it": unseen} {
			n := float64(s.items)
			t.Logf("version %d, %d samples of kinds %s: body %.0f bytes, item %.0f, %.2f write units", version, s.items, name, float64(s.body)/n, float64(s.bytes)/n, float64(s.units)/n)
		}
		if mean := float64(unseen.units) / float64(unseen.items); version == newest && mean > 1.25 {
			t.Errorf("an event that the dictionary has not seen costs %.2f units to write", mean)
		}
	}
}
