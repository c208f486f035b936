package resume

import (
	"fmt"
	"testing"
)

// Where a writer's traces are, and where its events without key belong, must
// never change: a writer of tomorrow continues one of today.
func TestIdentityIsForEver(t *testing.T) {
	i := NewIdentity("orders-importer")
	for got, want := range map[string]string{
		i.UUID("incarnation").String():                      "b468ee0f-9903-8ca5-be0c-931f7fe3f78d",
		i.UUID("floor").String():                            "af2526d5-6099-82a5-82b6-48cbddd67a99",
		i.UUID("ceiling").String():                          "5ad48dbe-0a3c-8da2-a769-ef97ee76e9b5",
		i.UUID("holder").String():                           "eb5a41a8-cf47-8930-a18d-391c3da9c9d3",
		i.Wire("scope/stream/0.#epoch.0", 1).String():       "07b8cc25-1a77-8364-839b-04e1eaff27fb",
		i.Wire("scope/stream/0.#epoch.0", 1<<32+7).String(): "4550262e-90f0-85fa-bd39-5c78c6bc3ea2",
		fmt.Sprint(i.Position(1)):                           "0.8794483404295539",
		fmt.Sprint(i.Position(2)):                           "0.055437097188018036",
		fmt.Sprint(NewIdentity("orders.other").Position(1)): "0.32363020457822333",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	var sum float64
	for n := range int64(10_000) {
		x := i.Position(n)
		if x < 0 || x >= 1 {
			t.Fatal(x)
		}
		sum += x
	}
	if sum < 4_800 || sum > 5_200 {
		t.Errorf("positions have the mean %v", sum/10_000)
	}
}
