package money_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/money"
)

func TestAmountsAreWrittenWithStripesOwnDecimals(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{1000, "usd", "10.00 USD"},
		{1, "usd", "0.01 USD"},
		{10, "eur", "0.10 EUR"},
		{0, "eur", "0.00 EUR"},
		{123456789, "gbp", "1234567.89 GBP"},
		{-1999, "usd", "-19.99 USD"},
		{-5, "usd", "-0.05 USD"},
		{500, "jpy", "500 JPY"},
		{0, "jpy", "0 JPY"},
		{-500, "krw", "-500 KRW"},
		{10, "mga", "10 MGA"},
		{5000, "kwd", "5.000 KWD"},
		{5120, "kwd", "5.120 KWD"},
		{10, "bhd", "0.010 BHD"},
		{500, "isk", "5 ISK"},
		{500, "ugx", "5 UGX"},
		{0, "isk", "0 ISK"},
		{-500, "ugx", "-5 UGX"},
		{550, "isk", "5.50 ISK"},
		{1045, "huf", "10.45 HUF"},
		{1000, "huf", "10.00 HUF"},
		{80045, "twd", "800.45 TWD"},
		{1000, "zzz", "10.00 ZZZ"},
		{1000, " Usd ", "10.00 USD"},
		{1000, "", "10.00"},
		{math.MaxInt64, "usd", "92233720368547758.07 USD"},
		{math.MinInt64, "usd", "-92233720368547758.08 USD"},
		{math.MinInt64, "jpy", "-9223372036854775808 JPY"},
	} {
		if got := (money.Amount{Minor: c.minor, Currency: c.currency}).String(); got != c.want {
			t.Errorf("%d %q is written %q, want %q", c.minor, c.currency, got, c.want)
		}
	}
}

var currencies = strings.Fields("usd eur gbp jpy krw clp kwd bhd tnd isk ugx huf twd zzz")

func TestAWrittenAmountReadsBackAsTheSameInteger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{
			Minor:    rapid.Int64().Draw(t, "minor"),
			Currency: rapid.SampledFrom(currencies).Draw(t, "currency"),
		}
		number := a.Number()
		whole, part, _ := strings.Cut(number, ".")
		for len(part) < a.Decimals() {
			part += "0"
		}
		back, err := strconv.ParseInt(whole+part, 10, 64)
		if err != nil || back != a.Minor {
			t.Fatalf("%d %s is written %q, which reads as %d (%v)", a.Minor, a.Currency, number, back, err)
		}
	})
}

func TestTheLastDigitOfAThreeDecimalAmountIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tens := rapid.Int64Range(0, math.MaxInt64/10).Draw(t, "tens")
		a := money.Amount{Minor: tens * 10, Currency: "kwd"}
		if n := a.Number(); !strings.HasSuffix(n, "0") || len(n)-strings.IndexByte(n, '.') != 4 {
			t.Fatalf("%d fils are written %q, want three decimals that end in 0", a.Minor, n)
		}
	})
}

func TestAShareIsRoundedToTheNearestUnit(t *testing.T) {
	for _, c := range []struct{ part, total, whole, want int64 }{
		{460, 1000, 920, 500},
		{1, 1000, 920, 1},
		{3, 1, 2, 2},
		{1, 1, 3, 0},
		{0, 5, 7, 0},
		{7, 5, 0, 5},
		{-1, 5, 7, 0},
		{1e12, 1e12, 1e12, 1e12},
		{math.MaxInt64, math.MaxInt64, 1, math.MaxInt64},
	} {
		if got := money.Share(c.part, c.total, c.whole); got != c.want {
			t.Errorf("Share(%d, %d, %d) = %d, want %d", c.part, c.total, c.whole, got, c.want)
		}
	}
}

func TestTextThatIsNoCurrencyIsNotWritten(t *testing.T) {
	for currency, want := range map[string]string{
		"usdc": "0.01 USDC", "jenny@example.com": "0.01", "4000056655665556": "0.01", "u$d": "0.01", "us": "0.01", " eur ": "0.01 EUR", "abcdef": "0.01",
	} {
		if got := (money.Amount{Minor: 1, Currency: currency}).String(); got != want {
			t.Errorf("%q: %q, want %q", currency, got, want)
		}
	}
}
