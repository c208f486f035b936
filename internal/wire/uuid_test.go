package wire

import "testing"

func TestUUIDForms(t *testing.T) {
	u := UUIDOf(0x7df9a874246cc9d6, -0x6c68322e6152973b)
	if got, want := u.String(), "7df9a874-246c-c9d6-9397-cdd19ead68c5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if u.Msb() != 0x7df9a874246cc9d6 || u.Lsb() != -0x6c68322e6152973b {
		t.Errorf("halves %x and %x", u.Msb(), u.Lsb())
	}
}

func TestParseUUID(t *testing.T) {
	for _, s := range []string{"7df9a874-246c-c9d6-9397-cdd19ead68c5", "7DF9A874-246C-C9D6-9397-CDD19EAD68C5"} {
		if u, err := ParseUUID(s); err != nil || u != UUIDOf(0x7df9a874246cc9d6, -0x6c68322e6152973b) {
			t.Errorf("%s: %v, %v", s, u, err)
		}
	}
	for _, s := range []string{"", "x", "7df9a874246cc9d69397cdd19ead68c5", "7df9a874-246c-c9d6-9397-cdd19ead68c", "7df9a874-246c-c9d6-9397-cdd19ead68c55",
		"7df9a874-246c-c9d6-9397-cdd19ead68cg", "7df9a874-246c-c9d6-9397_cdd19ead68c5", "7df9a874--46c-c9d6-9397-cdd19ead68c5"} {
		if u, err := ParseUUID(s); err == nil || u != (UUID{}) {
			t.Errorf("%q is read as %v, %v", s, u, err)
		}
	}
}

func TestRandomUUIDsAreVersion4AndDiffer(t *testing.T) {
	seen := map[UUID]bool{}
	for range 1000 {
		u := NewUUID()
		if u[6]>>4 != 4 || u[8]>>6 != 2 {
			t.Fatalf("%v is not a random UUID", u)
		}
		if seen[u] {
			t.Fatalf("%v came twice", u)
		}
		seen[u] = true
	}
}
