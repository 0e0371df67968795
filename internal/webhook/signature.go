package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Why a signature is refused. ErrNoSecret and ErrBadSecret are our own fault
// and never the sender's.
var (
	ErrNoHeader  = errors.New("no Stripe-Signature header")
	ErrBadHeader = errors.New("malformed Stripe-Signature header")
	ErrTooOld    = errors.New("signature is too old")
	ErrTooNew    = errors.New("signature is from the future")
	ErrNoMatch   = errors.New("no signature matches")
	ErrNoSecret  = errors.New("no signing secret is configured")
	ErrBadSecret = errors.New("a signing secret is not of the form whsec_…")
)

// Signature is a parsed Stripe-Signature header whose time is acceptable. It
// proves nothing until Verify has returned nil.
type Signature struct {
	time string // as it was signed
	sums [MaxSignatures][sha256.Size]byte
	n    int
}

// ParseSignature reads a header such as "t=1732300000,v1=5257a869…". It does
// no cryptography, so it bounds the work that anyone can cause: ErrNoHeader,
// ErrBadHeader (too long, too many signatures, not exactly one time), ErrTooOld,
// ErrTooNew, or ErrNoMatch if there is nothing of scheme v1 to check.
func ParseSignature(header string, now time.Time) (Signature, error) {
	var s Signature
	if header == "" {
		return s, ErrNoHeader
	}
	if len(header) > MaxHeader {
		return s, fmt.Errorf("%w: longer than %d bytes", ErrBadHeader, MaxHeader)
	}
	if err := s.read(header); err != nil {
		return s, err
	}
	if err := s.checkTime(now); err != nil {
		return s, err
	}
	if s.n == 0 {
		return s, ErrNoMatch
	}
	return s, nil
}

// read fills s from the header's pairs. Unknown schemes and undecodable
// signatures are passed over, as in Stripe's libraries, but they count.
func (s *Signature) read(header string) error {
	signatures := 0
	for pair := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || strings.Contains(value, "=") {
			return fmt.Errorf("%w: not a list of name=value", ErrBadHeader)
		}
		if name == "t" {
			if s.time != "" || value == "" {
				return fmt.Errorf("%w: not exactly one time", ErrBadHeader)
			}
			s.time = value
			continue
		}
		if signatures++; signatures > MaxSignatures {
			return fmt.Errorf("%w: more than %d signatures", ErrBadHeader, MaxSignatures)
		}
		if name == "v1" && len(value) == hex.EncodedLen(sha256.Size) {
			if _, err := hex.Decode(s.sums[s.n][:], []byte(value)); err == nil {
				s.n++
			}
		}
	}
	return nil
}

// checkTime wants plain digits without leading zeros: the text is what was
// signed, so there must be only one way to write a time.
func (s *Signature) checkTime(now time.Time) error {
	if s.time == "" || len(s.time) > 12 || s.time[0] == '0' {
		return fmt.Errorf("%w: no usable time", ErrBadHeader)
	}
	var seconds int64
	for _, c := range []byte(s.time) {
		if c < '0' || c > '9' {
			return fmt.Errorf("%w: no usable time", ErrBadHeader)
		}
		seconds = seconds*10 + int64(c-'0')
	}
	switch age := now.Sub(time.Unix(seconds, 0)); {
	case age > Tolerance:
		return ErrTooOld
	case age < -Tolerance:
		return ErrTooNew
	}
	return nil
}

// Verify reports whether any of the secrets signed body: nil, ErrNoMatch, or
// ErrNoSecret if there is no secret or an empty one. All comparisons are made,
// each in constant time.
func (s *Signature) Verify(body []byte, secrets []string) error {
	if len(secrets) == 0 {
		return ErrNoSecret
	}
	for _, secret := range secrets {
		if secret == "" {
			return ErrNoSecret
		}
	}
	match := 0
	for _, secret := range secrets {
		want := mac(s.time, body, secret)
		for i := range s.n {
			match |= subtle.ConstantTimeCompare(want[:], s.sums[i][:])
		}
	}
	if match == 0 {
		return ErrNoMatch
	}
	return nil
}

// Verify is ParseSignature and Signature.Verify in one, except that missing
// secrets are reported before anything about the header.
func Verify(body []byte, header string, secrets []string, now time.Time) error {
	if len(secrets) == 0 {
		return ErrNoSecret
	}
	s, err := ParseSignature(header, now)
	if err != nil {
		return err
	}
	return s.Verify(body, secrets)
}

// Sign returns the Stripe-Signature header that Stripe would send with body at
// that time.
func Sign(body []byte, secret string, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	sum := mac(t, body, secret)
	return "t=" + t + ",v1=" + hex.EncodeToString(sum[:])
}

// keyed is the state of an HMAC with its key in it.
type keyed struct {
	secret string
	hash   hash.Hash
}

// macs are the states for a few secrets, as a roll and several endpoints have them.
type macs struct {
	keyed []keyed // the newest last
	time  []byte
	sum   [sha256.Size]byte
}

// maxKeyed is how many states are kept.
const maxKeyed = 8

// states are used again: what the key costs is half of what a small body does.
var states = sync.Pool{New: func() any { return new(macs) }}

// of returns the hash that secret keys, at its start.
func (m *macs) of(secret string) hash.Hash {
	for _, k := range m.keyed {
		if k.secret == secret { // no stranger's: both are ours
			k.hash.Reset()
			return k.hash
		}
	}
	if len(m.keyed) == maxKeyed {
		m.keyed = slices.Delete(m.keyed, 0, 1)
	}
	h := hmac.New(sha256.New, []byte(secret))
	m.keyed = append(m.keyed, keyed{secret, h})
	return h
}

// mac hashes the body anew for each secret: the key comes before it.
func mac(t string, body []byte, secret string) [sha256.Size]byte {
	m := states.Get().(*macs) //nolint:forcetypeassert // nothing else is put
	defer states.Put(m)
	h := m.of(secret)
	m.time = append(append(m.time[:0], t...), '.')
	h.Write(m.time)
	h.Write(body)
	h.Sum(m.sum[:0])
	return m.sum
}
