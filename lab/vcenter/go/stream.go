package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// A streamOptimized VMDK as vCenter exports it ("Virtual Disk Format 5.0", Stream-Optimized Compressed): a header whose
// directory is at the end, grains with their place, each grain table after its grains, directory, footer, end marker.
const (
	sector       = 512
	grainBytes   = 64 << 10
	tableEntries = 512
	overhead     = 128
	seekData     = 3
)

type streamWriter struct {
	to       io.Writer
	sectors  uint64
	capacity int64
}

func (s *streamWriter) put(data []byte) (uint64, error) {
	at := s.sectors
	padded := make([]byte, (len(data)+sector-1)/sector*sector)
	copy(padded, data)
	s.sectors += uint64(len(padded) / sector)
	_, err := s.to.Write(padded)
	return at, err
}

// marker of metadata, with the metadata.
func (s *streamWriter) metadata(kind uint32, data []byte) (uint64, error) {
	marker := make([]byte, sector)
	binary.LittleEndian.PutUint64(marker, uint64((len(data)+sector-1)/sector))
	binary.LittleEndian.PutUint32(marker[12:], kind)
	at, err := s.put(append(marker, data...))
	return at + 1, err
}

func (s *streamWriter) header(directory uint64) []byte {
	header := make([]byte, sector)
	little := binary.LittleEndian
	copy(header, "KDMV")
	little.PutUint32(header[4:], 3)
	little.PutUint32(header[8:], 0x30001)
	little.PutUint64(header[12:], uint64(s.capacity/sector))
	little.PutUint64(header[20:], grainBytes/sector)
	little.PutUint64(header[28:], 1)
	little.PutUint64(header[36:], 20)
	little.PutUint32(header[44:], tableEntries)
	little.PutUint64(header[56:], directory)
	little.PutUint64(header[64:], overhead)
	copy(header[73:], "\n \r\n")
	little.PutUint16(header[77:], 1)
	return header
}

func writeStreamOptimized(to io.Writer, file *os.File, capacity int64) error {
	s := &streamWriter{to: to, capacity: capacity}
	first := make([]byte, overhead*sector)
	copy(first, s.header(^uint64(0)))
	copy(first[sector:], fmt.Sprintf("# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\n\n# Extent description\nRW %d SPARSE \"disk-0.vmdk\"\n\n#DDB\nddb.adapterType = \"lsilogic\"\n", capacity/sector))
	if _, err := s.put(first); err != nil {
		return err
	}
	grains := (capacity + grainBytes - 1) / grainBytes
	tables := (grains + tableEntries - 1) / tableEntries
	directory := make([]byte, 4*tables)
	zeroes := make([]byte, grainBytes)
	for table := int64(0); table < tables; table++ {
		entries := make([]byte, 4*tableEntries)
		used := false
		for grain := table * tableEntries; grain < min(grains, (table+1)*tableEntries); grain++ {
			data := make([]byte, grainBytes)
			next, err := file.Seek(grain*grainBytes, seekData)
			if errors.Is(err, syscall.ENXIO) || (err == nil && next >= (grain+1)*grainBytes) {
				continue
			}
			if _, err := file.ReadAt(data[:min(grainBytes, capacity-grain*grainBytes)], grain*grainBytes); err != nil {
				return err
			}
			if bytes.Equal(data, zeroes) {
				continue
			}
			at, err := s.put(grainOf(grain, data))
			if err != nil {
				return err
			}
			binary.LittleEndian.PutUint32(entries[4*(grain%tableEntries):], uint32(at))
			used = true
		}
		if !used {
			continue
		}
		at, err := s.metadata(1, entries)
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint32(directory[4*table:], uint32(at))
	}
	at, err := s.metadata(2, directory)
	if err != nil {
		return err
	}
	if _, err := s.metadata(3, s.header(at)); err != nil {
		return err
	}
	_, err = s.put(make([]byte, sector))
	return err
}

func grainOf(grain int64, data []byte) []byte {
	var packed bytes.Buffer
	packed.Write(make([]byte, 12))
	writer, _ := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	_, _ = writer.Write(data)
	_ = writer.Close()
	made := packed.Bytes()
	binary.LittleEndian.PutUint64(made, uint64(grain*grainBytes/sector))
	binary.LittleEndian.PutUint32(made[8:], uint32(len(made)-12))
	return made
}
