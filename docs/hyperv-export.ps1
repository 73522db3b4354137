<#
.SYNOPSIS
  Writes what Hyper-V knows of its VMs into one JSON file for `wavelift inventory hyperv FILE.json`.

.DESCRIPTION
  Run it as an administrator on a Hyper-V host (Windows Server 2016 or later), or on a machine with the Hyper-V module and
  rights on the hosts. It only reads. On a cluster, name all nodes: each VM is on one of them.

  Used: Get-VM, Get-VMHardDiskDrive, Get-VHD, Get-VMNetworkAdapter, Get-VMNetworkAdapterVlan, Get-VMFirmware,
  Get-VMSecurity, Get-VMSnapshot, Get-VMIntegrationService, Get-VMDvdDrive, Get-Disk, Get-Cluster, and the WMI class
  Msvm_KvpExchangeComponent (what the guest's integration services say of its system).

.EXAMPLE
  .\hyperv-export.ps1 -ComputerName hv01, hv02 -Path vms.json
#>
param(
  [string[]] $ComputerName = @($env:COMPUTERNAME),
  [string] $Path = "hyperv.json"
)
$ErrorActionPreference = "Stop"

# The value of a property, or null where this version of Hyper-V has none or the question fails.
function Ask([scriptblock] $Question) {
  try { & $Question } catch { $null }
}

# What the guest says of itself, by name (FullyQualifiedDomainName, OSName, OSVersion, ...).
function GuestFacts($Vm, [string] $Computer) {
  $facts = @{}
  $component = Ask {
    Get-CimInstance -ComputerName $Computer -Namespace root\virtualization\v2 -ClassName Msvm_KvpExchangeComponent |
      Where-Object { $_.SystemName -eq $Vm.Id.Guid }
  }
  if ($null -eq $component) { return $facts }
  foreach ($item in @($component.GuestIntrinsicExchangeItems)) {
    $xml = Ask { [xml] $item }
    if ($null -eq $xml) { continue }
    $name = ($xml.INSTANCE.PROPERTY | Where-Object { $_.NAME -eq "Name" }).VALUE
    $data = ($xml.INSTANCE.PROPERTY | Where-Object { $_.NAME -eq "Data" }).VALUE
    if ($name) { $facts[$name] = $data }
  }
  return $facts
}

function DiskFacts($Drive, [string] $Computer) {
  $physical = $null -ne $Drive.DiskNumber
  $vhd = if ($physical) { $null } else { Ask { Get-VHD -ComputerName $Computer -Path $Drive.Path } }
  [ordered]@{
    ControllerType = "$($Drive.ControllerType)"
    ControllerNumber = $Drive.ControllerNumber
    ControllerLocation = $Drive.ControllerLocation
    Path = $Drive.Path
    DiskNumber = $Drive.DiskNumber
    PhysicalSize = if ($physical) { Ask { (Get-Disk -CimSession $Computer -Number $Drive.DiskNumber).Size } } else { $null }
    SupportPersistentReservations = [bool] $Drive.SupportPersistentReservations
    VhdFormat = if ($vhd) { "$($vhd.VhdFormat)" } else { $null }
    VhdType = if ($vhd) { "$($vhd.VhdType)" } else { $null }
    Size = if ($vhd) { $vhd.Size } else { $null }
    FileSize = if ($vhd) { $vhd.FileSize } else { $null }
    ParentPath = if ($vhd) { $vhd.ParentPath } else { $null }
    DiskIdentifier = if ($vhd) { $vhd.DiskIdentifier } else { $null }
  }
}

function NicFacts($Nic) {
  $vlan = Ask { Get-VMNetworkAdapterVlan -VMNetworkAdapter $Nic }
  [ordered]@{
    Name = $Nic.Name
    Id = "$($Nic.Id)"
    MacAddress = $Nic.MacAddress
    DynamicMacAddressEnabled = [bool] $Nic.DynamicMacAddressEnabled
    SwitchName = $Nic.SwitchName
    Connected = [bool] $Nic.Connected
    IsLegacy = [bool] $Nic.IsLegacy
    IovWeight = $Nic.IovWeight
    IPAddresses = @($Nic.IPAddresses | ForEach-Object { "$_" })
    VlanMode = if ($vlan) { "$($vlan.OperationMode)" } else { $null }
    AccessVlanId = if ($vlan) { $vlan.AccessVlanId } else { $null }
    AllowedVlanIds = if ($vlan) { "$($vlan.AllowedVlanIdListString)" } else { $null }
  }
}

function VmFacts($Vm, [string] $Computer, $ClusterName) {
  $firmware = if ($Vm.Generation -eq 2) { Ask { Get-VMFirmware -VM $Vm } } else { $null }
  $security = Ask { Get-VMSecurity -VM $Vm }
  $guest = GuestFacts $Vm $Computer
  $bootDisks = @()
  if ($firmware) {
    foreach ($entry in @($firmware.BootOrder)) {
      $device = $entry.Device
      if ($device -and $null -ne $device.ControllerLocation) {
        $bootDisks += "$($device.ControllerType) $($device.ControllerNumber):$($device.ControllerLocation)"
      }
    }
  }
  [ordered]@{
    Id = "$($Vm.Id)"
    Name = $Vm.Name
    State = "$($Vm.State)"
    Generation = $Vm.Generation
    Version = "$($Vm.Version)"
    Notes = $Vm.Notes
    ProcessorCount = $Vm.ProcessorCount
    MemoryStartup = $Vm.MemoryStartup
    MemoryAssigned = $Vm.MemoryAssigned
    DynamicMemoryEnabled = [bool] $Vm.DynamicMemoryEnabled
    MemoryMinimum = $Vm.MemoryMinimum
    MemoryMaximum = $Vm.MemoryMaximum
    Heartbeat = "$($Vm.Heartbeat)"
    Host = $Vm.ComputerName
    Cluster = $ClusterName
    IsClustered = [bool] $Vm.IsClustered
    SecureBoot = if ($firmware) { "$($firmware.SecureBoot)" } else { $null }
    BootDisks = $bootDisks
    TpmEnabled = if ($security) { [bool] $security.TpmEnabled } else { $null }
    Shielded = if ($security) { [bool] $security.Shielded } else { $null }
    HardDisks = @(Get-VMHardDiskDrive -VM $Vm | ForEach-Object { DiskFacts $_ $Computer })
    NetworkAdapters = @(Get-VMNetworkAdapter -VM $Vm | ForEach-Object { NicFacts $_ })
    DvdDrives = @(Ask { Get-VMDvdDrive -VM $Vm | ForEach-Object { "$($_.ControllerType) $($_.ControllerNumber):$($_.ControllerLocation)" } })
    Checkpoints = @(Ask {
      Get-VMSnapshot -VM $Vm | ForEach-Object {
        [ordered]@{
          Id = "$($_.Id)"
          Name = $_.Name
          CreationTime = $_.CreationTime.ToUniversalTime().ToString("o")
          ParentSnapshotId = if ($_.ParentSnapshotId) { "$($_.ParentSnapshotId)" } else { $null }
        }
      }
    })
    IntegrationServices = @(Ask {
      Get-VMIntegrationService -VM $Vm | ForEach-Object {
        [ordered]@{ Name = $_.Name; Enabled = [bool] $_.Enabled; Status = "$($_.PrimaryStatusDescription)" }
      }
    })
    GuestName = $guest["FullyQualifiedDomainName"]
    GuestOs = $guest["OSName"]
    GuestOsVersion = $guest["OSVersion"]
  }
}

$vms = @()
foreach ($computer in $ComputerName) {
  $cluster = Ask { (Get-Cluster -Name $computer -ErrorAction Stop).Name }
  foreach ($vm in @(Get-VM -ComputerName $computer)) {
    Write-Progress -Activity $computer -Status $vm.Name
    $vms += VmFacts $vm $computer $cluster
  }
}
$export = [ordered]@{ version = 1; exportedAt = (Get-Date).ToUniversalTime().ToString("o"); vms = $vms }
$export | ConvertTo-Json -Depth 8 | Out-File -FilePath $Path -Encoding utf8
Write-Output "$($vms.Count) VMs written to $Path"
